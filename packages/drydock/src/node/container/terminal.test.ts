import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { inTerminal, terminalSizer } from './terminal.ts'

test('of sizes that are told before there is a terminal it gets the last', async () => {
  const script = 'until [ "$(stty size)" = "31 93" ]; do sleep 0.05; done; echo sized'
  const [program = '', ...args] = inTerminal(['sh', '-c', script], { width: 70, height: 20 })
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const resize = terminalSizer(() => child.pid)
  resize({ width: 80, height: 24 })
  resize({ width: 93, height: 31 })
  expect(await text(child.stdout)).toBe('sized\r\n')
})
