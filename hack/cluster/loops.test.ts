import { expect, test } from 'vitest'
import { parseLoops } from './loops.ts'

test('devices are read with the inodes of their files', () => {
  expect(parseLoops('/dev/loop0 1234\n/dev/loop12  99\n\n')).toEqual([
    { device: '/dev/loop0', inode: '1234' },
    { device: '/dev/loop12', inode: '99' },
  ])
})
