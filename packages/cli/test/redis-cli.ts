/** What a person gets who pastes the printed URI. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function redisCli(uri: string, ...command: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-u', uri.trim(), '--no-auth-warning', ...command], {
    timeout: 30_000,
  })
  return stdout.trim()
}
