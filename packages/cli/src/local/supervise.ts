/** The process that stays behind when `orlop up` has ended. Loaded by it alone: it brings in what only it needs. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { appendTo, DrydockError, paths, runSupervisor, withSmallHeap } from '@orlop/drydock'
import { pino } from 'pino'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

/** The supervisor, told which bundles the daemon and the operator are. */
export async function superviseLocal(
  context: Context,
  folder: string,
  nodes: number | undefined,
): Promise<void> {
  const { programs } = context
  const log = pino({ base: null, level: 'info' }, appendTo(join(paths.logs(folder), 'supervisor.log')))
  const operator = join(programs, 'operator.mjs')
  if (!existsSync(operator))
    throw new CliError('NotBuilt', `${operator} is missing`, { remedy: `make build in ${dirname(programs)}` })
  const [node = process.execPath, ...args] = withSmallHeap(operator)
  try {
    await runSupervisor({
      stateDir: folder,
      nodes,
      daemon: withSmallHeap(join(programs, 'drydock.mjs')),
      companions: [
        {
          name: 'operator',
          command: node,
          // One process that nobody doubles: its lease is its own again right after a crash.
          args: [
            ...args,
            '--kubeconfig',
            paths.insideKubeconfig(folder),
            '--identity',
            'local',
            '--health-address',
            '127.0.0.1:8080',
          ],
          env: {},
        },
      ],
      log,
    })
  } catch (error) {
    // Two commands at once: the other one's supervisor serves both.
    if (error instanceof DrydockError && error.code === 'AlreadyRunning') return
    log.error({ err: error }, 'the supervisor ended')
    context.exitCode = 1
  }
}
