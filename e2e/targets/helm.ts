/** Helm, built once from its Go module; a link leads to it. */
import { mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root, run } from './command.ts'

export const helmProgram: string = join(root, 'test-results', 'helm')

/** @throws where it cannot be built. */
export async function buildHelm(): Promise<void> {
  const folder = await run([join(root, 'hack', 'kubernetes', 'build'), 'helm'], { within: 1_200_000 })
  await mkdir(dirname(helmProgram), { recursive: true })
  await rm(helmProgram, { force: true })
  await symlink(join(folder, 'helm'), helmProgram)
}
