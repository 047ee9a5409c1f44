/** `orlop up` leaves such a process behind: a supervisor of the folder that is its argument, with its companions as JSON. */
import { silentLog } from '@orlop/kube'
import { pino } from 'pino'
import { runSupervisor } from '../src/supervisor.ts'

const [stateDir = '', companions = '[]'] = process.argv.slice(2)
const log = process.env['LOG_LEVEL'] === undefined ? silentLog : pino({ level: process.env['LOG_LEVEL'] })
try {
  await runSupervisor({
    stateDir,
    nodes: 1,
    daemon: [process.execPath, '--no-warnings', new URL('../src/daemon.ts', import.meta.url).pathname],
    companions: JSON.parse(companions),
    log,
  })
  process.exit(0)
} catch (error) {
  process.stdout.write(error instanceof Error && 'code' in error ? `${error.code}\n` : `${error}\n`)
  process.exit(1)
}
