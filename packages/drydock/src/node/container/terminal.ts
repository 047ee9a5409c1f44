/**
 * Terminals. Node has none of its own: script(1) of this machine makes one, outside of the container, so that no image needs to have it.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** In characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

const firstSize = '/usr/bin/stty cols '

/** A command whose input and outputs are a terminal of that size; its exit code is passed on. Its environment must not set SHELL. */
export function inTerminal(argv: readonly string[], size: TerminalSize | undefined): readonly string[] {
  const sized = size ? `${firstSize}${size.width} rows ${size.height}; ` : ''
  const command = `${sized}exec ${argv.map(quoted).join(' ')}`
  return ['/usr/bin/script', '--echo', 'always', '-qfec', command, '/dev/null']
}

/** The environment without what script(1) would take for its own. */
export function terminalEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const { SHELL: _, ...rest } = env
  return { TERM: 'xterm', ...rest }
}

/**
 * Gives the terminal of a running {@link inTerminal}, found by `script`, another size; its program hears of it by SIGWINCH.
 * A size that comes before there is a terminal is given to it as soon as there is, unless another has come meanwhile.
 */
export function terminalSizer(script: () => number | undefined): (size: TerminalSize) => void {
  let newest: TerminalSize | undefined
  const give = async (size: TerminalSize): Promise<void> => {
    // Of a program that has ended there is nothing to resize.
    for (let tries = 0; tries < 100 && newest === size; tries++) {
      if (await resized(childOf(script()), size)) return
      await setTimeout(100, undefined, { ref: false })
    }
  }
  return (size) => {
    newest = size
    void give(size)
  }
}

function resized(inner: number | undefined, { width, height }: TerminalSize): Promise<boolean> {
  if (inner === undefined || isStarting(inner)) return Promise.resolve(false)
  const args = ['-F', `/proc/${inner}/fd/0`, 'cols', String(width), 'rows', String(height)]
  return new Promise((resolve) => {
    execFile('/usr/bin/stty', args, { timeout: 30_000 }, (error) => resolve(error === null))
  })
}

/** Whether the size of the beginning is still to be set. */
function isStarting(inner: number): boolean {
  try {
    return readFileSync(`/proc/${inner}/cmdline`, 'utf8').includes(firstSize)
  } catch {
    return false
  }
}

/** The only child of a process. */
export function childOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return first ? Number(first) : undefined
  } catch {
    return undefined
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
