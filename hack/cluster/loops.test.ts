import { expect, test } from 'vitest'
import { deviceOf, parseLoops } from './loops.ts'

test('devices are read with the files below them: an inode alone may be one of another file system', () => {
  expect(parseLoops('/dev/loop0 254:0 1234\n/dev/loop12  8:17  99\n/dev/loop3\n\n')).toEqual([
    { path: '/dev/loop0', file: '254:0 1234' },
    { path: '/dev/loop12', file: '8:17 99' },
  ])
})

test('a number of a device is told as the kernel tells it', () => {
  expect([65024n, 2065n, 0x100000n | 0x1ffn].map(deviceOf)).toEqual(['254:0', '8:17', '1:511'])
})
