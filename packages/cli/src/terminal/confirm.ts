/** A question that a person answers before something is changed. */
import { createInterface } from 'node:readline'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

/**
 * Asks until it is answered; yes only where the answer is `expected` word for word.
 * @throws CliError `NotConfirmed` where the answer is another, or nobody is there to ask: `unasked` then names the option.
 */
export async function confirm(
  { stdout, signal }: Pick<Context, 'stdout' | 'signal'>,
  question: string,
  { expected, unasked }: { readonly expected: readonly string[]; readonly unasked: string },
  stdin: NodeJS.ReadStream = process.stdin,
): Promise<void> {
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw new CliError('NotConfirmed', 'nobody is at a terminal to be asked; nothing was changed', {
      remedy: `say it on the command line: ${unasked}`,
    })
  }
  stdout.write(question)
  if (expected.includes((await nextLine(stdin, signal)).trim().toLowerCase())) return
  throw new CliError('NotConfirmed', 'not confirmed; nothing was changed')
}

/** Empty at the end of the input, as after Ctrl-D. The terminal stays as it is, so that Ctrl-C is a signal as everywhere else. */
async function nextLine(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin, terminal: false, signal })
  try {
    for await (const line of lines) return line
    signal.throwIfAborted()
    return ''
  } finally {
    lines.close()
  }
}
