/** Users and groups that an image knows: its /etc/passwd and /etc/group. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveInside } from '../images/inside.ts'
import { isErrno } from '../state.ts'
import { NodeError } from './node-error.ts'
import type { ImageUser } from './program.ts'

export interface Accounts {
  /** Lines of passwd: name, password, uid, gid, comment, home, shell. */
  readonly users: readonly (readonly string[])[]
  /** Lines of group: name, password, gid, members. */
  readonly groups: readonly (readonly string[])[]
}

/** What a root file system says of its users; nothing where it has no such files. */
export async function accountsOf(root: string): Promise<Accounts> {
  return { users: await linesOf(root, '/etc/passwd'), groups: await linesOf(root, '/etc/group') }
}

async function linesOf(root: string, path: string): Promise<readonly (readonly string[])[]> {
  // As the image sees it: its /etc/passwd may be a link, and must not lead to that of this machine.
  const file = join(root, (await resolveInside(root, path)).path)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return ''
    throw error
  })
  return text.split('\n').map((line) => line.split(':'))
}

const numeric = /^\d+$/

/**
 * The user of an image that declares `declared`, where the pod asks for the uid `asked` or for none. As containerd (pkg/oci, WithUser): a number
 * need not be in the files, a name must be.
 */
export function userIn(accounts: Accounts, declared: string, asked: number | undefined): ImageUser {
  const [user = '', group] = asked === undefined ? declared.split(':') : [String(asked)]
  const wanted = user === '' ? '0' : user
  const found = accounts.users.find((u) => (numeric.test(wanted) ? u[2] : u[0]) === wanted)
  if (!found && !numeric.test(wanted))
    throw new NodeError(
      'CreateContainerError',
      `unable to find user ${wanted}: no matching entries in passwd file`,
    )
  const uid = Number(found?.[2] ?? wanted)
  return {
    uid,
    gid: group ? groupIn(accounts, group) : Number(found?.[3] ?? 0),
    name: found?.[0] ?? '',
    home: found?.[5] || '/',
  }
}

function groupIn(accounts: Accounts, group: string): number {
  const found = accounts.groups.find((g) => (numeric.test(group) ? g[2] : g[0]) === group)
  if (!found && !numeric.test(group))
    throw new NodeError(
      'CreateContainerError',
      `unable to find group ${group}: no matching entries in group file`,
    )
  return Number(found?.[2] ?? group)
}
