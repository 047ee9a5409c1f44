/** The state folder: everything that outlives a process, and the sockets by which the parts find each other. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A unix socket's path may have 107 bytes; the longest of ours below the folder has some 30. */
const longestFolder = 75

export class DrydockError extends Error {
  readonly code: 'StateFolder' | 'AlreadyRunning' | 'CannotStart' | 'NotRunning' | 'NoSuchNode' | 'NodeState'
  /** What to do about it. */
  readonly remedy: string

  constructor(
    code: DrydockError['code'],
    message: string,
    remedy: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options)
    this.name = 'DrydockError'
    this.code = code
    this.remedy = remedy
  }
}

/** ORLOP_HOME, else a folder where programs keep their state. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  return (
    env['ORLOP_HOME'] ||
    join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'orlop')
  )
}

export const paths = {
  apiSocket: (folder: string): string => join(folder, 'api.sock'),
  dialSocket: (folder: string): string => join(folder, 'dial.sock'),
  machinesSocket: (folder: string): string => join(folder, 'machines.sock'),
  controlSocket: (folder: string): string => join(folder, 'control.sock'),
  kubeletSocket: (folder: string, node: string): string => join(folder, 'nodes', `${node}.sock`),
  kubeconfig: (folder: string): string => join(folder, 'kubeconfig'),
  insideKubeconfig: (folder: string): string => join(folder, 'kubeconfig.inside'),
  gatewayMap: (folder: string): string => join(folder, 'gateway.json'),
  supervisor: (folder: string): string => join(folder, 'supervisor.json'),
  logs: (folder: string): string => join(folder, 'logs'),
  images: (folder: string): string => join(folder, 'images'),
  pullSocket: (folder: string): string => join(folder, 'pull.sock'),
} as const

/** Makes the folder with its parts, readable by its owner only, and the token; both stay from one start to the next. */
export async function prepareState(folder: string): Promise<{ token: string }> {
  if (Buffer.byteLength(folder) > longestFolder) {
    throw new DrydockError(
      'StateFolder',
      `the path of the state folder is too long for the sockets in it: ${folder}`,
      `set ORLOP_HOME to a folder whose path has at most ${longestFolder} characters`,
    )
  }
  try {
    for (const part of ['', 'logs', 'nodes', 'pods', 'volumes']) {
      await mkdir(join(folder, part), { recursive: true, mode: 0o700 })
    }
    await chmod(folder, 0o700)
    return { token: await keepToken(join(folder, 'token')) }
  } catch (cause) {
    throw stateFailure(folder, cause)
  }
}

async function keepToken(file: string): Promise<string> {
  try {
    const token = (await readFile(file, 'utf8')).trim()
    if (token !== '') return token
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const token = randomBytes(32).toString('base64url')
  await replaceFile(file, `${token}\n`)
  return token
}

/** Writes a file for its owner only, all of it or nothing. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, text, { mode: 0o600 })
  await rename(temporary, file)
}

export function stateFailure(folder: string, cause: unknown): DrydockError {
  const [what, remedy] = isFull(cause)
    ? ['the disk is full', 'free some space there, or set ORLOP_HOME to a folder on another disk']
    : isErrno(cause, 'EACCES', 'EPERM', 'EROFS')
      ? ['it cannot be written', 'make it yours, or set ORLOP_HOME to another folder']
      : [cause instanceof Error ? cause.message : String(cause), 'set ORLOP_HOME to another folder']
  return new DrydockError('StateFolder', `cannot use the state folder ${folder}: ${what}`, remedy, { cause })
}

/** Whether a write failed for want of room, be it a file or the database that says so. */
export function isFull(error: unknown): boolean {
  return (
    isErrno(error, 'ENOSPC', 'EDQUOT') ||
    (error instanceof Error && /disk is full|disk I\/O error/.test(error.message))
  )
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** A kubeconfig for one cluster and one token; `authority` is the PEM of the certificate to trust. */
export function renderKubeconfig(server: string, token: string, authority?: string): string {
  const trust =
    authority === undefined
      ? ''
      : `, certificate-authority-data: ${Buffer.from(authority).toString('base64')}`
  return `apiVersion: v1
kind: Config
current-context: drydock
clusters:
- name: drydock
  cluster: {server: "${server}"${trust}}
users:
- name: drydock
  user: {token: "${token}"}
contexts:
- name: drydock
  context: {cluster: drydock, user: drydock, namespace: default}
`
}
