/**
 * Terminals. Node has none of its own: script(1) of this machine makes one, outside of the container, so that no image needs to have it.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** In characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** A command whose input and outputs are a terminal of that size; its exit code is passed on. Its environment must not set SHELL. */
export function inTerminal(argv: readonly string[], size: TerminalSize | undefined): readonly string[] {
  const sized = size ? `/usr/bin/stty cols ${size.width} rows ${size.height}; ` : ''
  const command = `${sized}exec ${argv.map(quoted).join(' ')}`
  return ['/usr/bin/script', '--echo', 'always', '-qfec', command, '/dev/null']
}

/** The environment without what script(1) would take for its own. */
export function terminalEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const { SHELL: _, ...rest } = env
  return { TERM: 'xterm', ...rest }
}

/** Gives the terminal of a running {@link inTerminal} another size; its program hears of it by SIGWINCH. */
export function resizeTerminal(script: number | undefined, { width, height }: TerminalSize): void {
  const inner = childOf(script)
  if (inner === undefined) return
  const size = ['cols', String(width), 'rows', String(height)]
  // Of a program that has just ended there is nothing to resize.
  execFile('/usr/bin/stty', ['-F', `/proc/${inner}/fd/0`, ...size], { timeout: 5000 }, () => {})
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
