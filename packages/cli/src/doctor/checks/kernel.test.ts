import { expect, test } from 'vitest'
import { judgeHugePages, judgeOvercommit } from './kernel.ts'

const probed = (...nodes: { hugePages?: string; overcommit?: string; trouble?: string }[]) => ({
  nodes: nodes.map((one, i) => ({ node: `node-${i + 1}`, ...one })),
  networkPolicy: undefined,
})

test('without a pod nothing is known, and that is said', () => {
  expect(judgeHugePages(undefined)).toEqual({ result: 'unknown', seen: 'not looked at; --probe' })
})

test('huge pages that are always on are a warning that names the nodes', () => {
  const finding = judgeHugePages(probed({ hugePages: 'always' }, { hugePages: 'madvise' }))
  expect(finding).toMatchObject({ result: 'warn', seen: expect.stringContaining('at node-1 (always):') })
  expect(judgeHugePages(probed({ hugePages: 'never' }, { hugePages: 'madvise' }))).toMatchObject({
    result: 'ok',
    seen: 'transparent huge pages: never, madvise',
  })
})

test('overcommit is 1 where a kubelet set it', () => {
  expect(judgeOvercommit(probed({ overcommit: '1' })).result).toBe('ok')
  expect(judgeOvercommit(probed({ overcommit: '1' }, { overcommit: '0' }))).toMatchObject({
    result: 'warn',
    seen: expect.stringContaining('node-2 (0)'),
  })
})

test('a node whose pod told nothing is not called well', () => {
  expect(judgeOvercommit(probed({ overcommit: '1' }, { trouble: 'ImagePullBackOff' }))).toMatchObject({
    result: 'unknown',
    details: ['node-2: not known, ImagePullBackOff'],
  })
})
