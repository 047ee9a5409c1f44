import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isFirstOfMachine, pidsIn } from './processes.ts'

test('the first process of a machine is 1 one level below this one, and not two', () => {
  const status = (numbers: string): string => `Name:\tbash\nNSpid:\t${numbers}\nNSpgid:\t7\n`
  expect(
    ['5242\t1', '5242', '5242\t1\t1', '5242\t12', '1'].map((one) => isFirstOfMachine(status(one))),
  ).toEqual([true, false, false, false, false])
})

test('only processes that live are members', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'members-'))
  try {
    // The highest number that the kernel gives to a process is below the last one.
    await writeFile(join(folder, 'cgroup.procs'), `${process.pid}\n4194305\n`)
    expect(await pidsIn(join(folder, 'cgroup.procs'))).toEqual([process.pid])
    expect(await pidsIn(join(folder, 'none'))).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})
