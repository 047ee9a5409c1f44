import { systemRandom } from '../src/apiserver/random.ts'
import { startApiServer } from '../src/apiserver/server.ts'
import { clock, quiet, token } from './api-client.ts'

/** A server in a process of its own, to be killed: `node api-server-process.ts STATE_DIR SOCKET`. Says `ready` when it is. */
const [stateDir = '', socketPath = ''] = process.argv.slice(2)
await startApiServer({ stateDir, socketPath, token, log: quiet, clock, random: systemRandom })
process.stdout.write('ready\n')
