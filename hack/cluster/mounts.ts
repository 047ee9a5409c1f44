/** What is mounted, as /proc/self/mountinfo tells: see proc_pid_mountinfo(5). */
export interface Mount {
  readonly point: string
  readonly type: string
  /** Of the superblock, e.g. `rw,relatime,memory`. */
  readonly options: readonly string[]
}

export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    // A number of optional fields ends with a hyphen.
    const [before, after] = line.split(' - ')
    const point = before?.split(' ')[4]
    const [type, , options = ''] = after?.split(' ') ?? []
    return point === undefined || type === undefined
      ? []
      : [{ point: unescaped(point), type, options: options.split(',') }]
  })
}

/** The mounts below a folder or at it, those first that lie on others. */
export function mountsBelow(mounts: readonly Mount[], folder: string): Mount[] {
  return mounts.filter(({ point }) => point === folder || point.startsWith(`${folder}/`)).reverse()
}

/** Spaces, tabs, newlines and backslashes are written in octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
