/** What the cluster is made of: built once, kept outside the tree. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ClusterError } from './cluster-error.ts'

const root = join(import.meta.dirname, '../..')

/** Installs the Debian packages that nodes need, where some are missing. @throws {ClusterError} `CommandFailed` */
export async function installPackages(): Promise<void> {
  await lines(join(root, 'hack/setup'), ['cluster'])
}

/** Gives the folder that holds these programs. @throws {ClusterError} `CommandFailed` */
export async function buildPrograms(names: readonly string[]): Promise<string> {
  const [folder = ''] = await lines(join(root, 'hack/kubernetes/build'), names)
  return folder
}

/** Gives the archives of these images, in the same order. @throws {ClusterError} `CommandFailed` */
export async function archivesOf(names: readonly string[]): Promise<string[]> {
  return await lines(join(root, 'images/archive'), names)
}

/** A first build takes minutes: it tells of itself on stderr, and may be interrupted, but not by a clock. */
async function lines(program: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(program, [...new Set(args)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new ClusterError('CommandFailed', `${program} ended with exit code ${code}`)
  return text.split('\n').filter(Boolean)
}
