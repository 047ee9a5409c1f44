/** Log files that grow are set aside: FILE.1 is the youngest of them. */
import { renameSync, rmSync } from 'node:fs'
import { isErrno } from './state.ts'

/** A file is set aside at this size, and so many are kept with it: the kubelet's containerLogMaxSize and containerLogMaxFiles. */
export const rotation: { readonly bytes: number; readonly files: number } = {
  bytes: 10 * 1024 * 1024,
  files: 5,
}

/** Sets `file` aside, over the oldest of those before it. */
export function setAside(file: string): void {
  rmSync(`${file}.${rotation.files - 1}`, { force: true })
  for (let age = rotation.files - 2; age >= 0; age--) {
    try {
      renameSync(age === 0 ? file : `${file}.${age}`, `${file}.${age + 1}`)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
}
