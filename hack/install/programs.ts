/** Programs that `hack/kubernetes/build` makes. */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** The folder that holds them; they are built where they are missing, which takes minutes. */
export async function programs(...names: string[]): Promise<string> {
  const { stdout } = await run(join(root, 'hack/kubernetes/build'), names, { timeout: 1_800_000 })
  return stdout.trim()
}
