import { expect, test } from 'vitest'
import { mountsBelow, parseMountInfo } from './mounts.ts'

const text = `22 1 254:0 / / rw,relatime - ext4 /dev/root rw
33 22 0:29 / /sys/fs/cgroup/pids rw shared:9 - cgroup cgroup rw,pids
40 22 0:50 / /var/lib/c/a rw,relatime shared:1 master:2 - tmpfs tmpfs rw
41 40 0:51 / /var/lib/c/a/with\\040space rw - overlay overlay rw,lowerdir=/x
42 22 0:52 / /var/lib/cc rw - tmpfs tmpfs rw
`

test('mount points are read with the kind and the options of what is mounted there', () => {
  expect(parseMountInfo(text).slice(0, 2)).toEqual([
    { point: '/', type: 'ext4', options: ['rw'] },
    { point: '/sys/fs/cgroup/pids', type: 'cgroup', options: ['rw', 'pids'] },
  ])
})

test('what lies below a folder comes innermost first, and a folder whose name begins alike is another', () => {
  expect(mountsBelow(parseMountInfo(text), '/var/lib/c').map(({ point }) => point)).toEqual([
    '/var/lib/c/a/with space',
    '/var/lib/c/a',
  ])
})
