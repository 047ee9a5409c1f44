import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { CliError } from '../failure.ts'
import { confirm } from './confirm.ts'

const wanted = { expected: ['y', 'yes'], unasked: 'orlop install --yes' }

/** Of a terminal nothing is used but that it is one, and its text. */
function terminal(text: string, isTTY = true): NodeJS.ReadStream & NodeJS.WriteStream {
  const stream = Object.assign(new PassThrough(), { isTTY })
  if (text !== '-') stream.end(text)
  return stream as unknown as NodeJS.ReadStream & NodeJS.WriteStream
}

async function answered(text: string, signal = AbortSignal.timeout(60_000)): Promise<unknown> {
  const context = { stdout: terminal('-'), signal }
  return confirm(context, 'Go on? ', wanted, terminal(text)).then(
    () => 'yes',
    (error: unknown) => (error instanceof CliError ? error.code : 'aborted'),
  )
}

test.each([
  ['y\n', 'yes'],
  [' YES \n', 'yes'],
  ['y', 'yes'],
  ['n\n', 'NotConfirmed'],
  ['\n', 'NotConfirmed'],
  ['yesterday\n', 'NotConfirmed'],
  ['', 'NotConfirmed'],
])('%j means %s', async (text, outcome) => {
  expect(await answered(text)).toBe(outcome)
})

test('Ctrl-C while it waits is no answer', async () => {
  expect(await answered('-', AbortSignal.timeout(50))).toBe('aborted')
})

test('where nobody is at a terminal the option is named', async () => {
  const context = { stdout: terminal('-'), signal: AbortSignal.timeout(60_000) }
  await expect(confirm(context, 'Go on? ', wanted, terminal('y\n', false))).rejects.toMatchObject({
    code: 'NotConfirmed',
    remedy: expect.stringContaining('orlop install --yes'),
  })
})
