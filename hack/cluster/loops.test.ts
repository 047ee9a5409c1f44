import { expect, test } from 'vitest'
import { deviceOf, loopsWith, parseLoops } from './loops.ts'

test('devices are read with the files below them: an inode alone may be one of another file system', () => {
  expect(parseLoops('/dev/loop0 254:0 1234\n/dev/loop12  8:17  99\n/dev/loop3\n\n')).toEqual([
    { path: '/dev/loop0', file: '254:0 1234' },
    { path: '/dev/loop12', file: '8:17 99' },
  ])
})

test('a volume on a pool that is a file of the cluster is of the cluster too, and comes before the pool', () => {
  const all = parseLoops('/dev/loop0 254:0 1\n/dev/loop1 254:0 2\n/dev/loop2 7:1 268\n/dev/loop12 7:0 5\n')
  expect(loopsWith(all, new Set(['254:0 2']))).toEqual(['/dev/loop2', '/dev/loop1'])
})

test('a number of a device is told as the kernel tells it', () => {
  expect([65024n, 2065n, 0x100000n | 0x1ffn].map(deviceOf)).toEqual(['254:0', '8:17', '1:511'])
})
