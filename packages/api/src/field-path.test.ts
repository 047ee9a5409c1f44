import { expect, test } from 'vitest'
import { pathOf } from './field-path.ts'

test.each([
  [['spec', 'config', 'hz'], 'spec.config.hz'],
  [['spec', 'placement', 'tolerations', 0, 'key'], 'spec.placement.tolerations[0].key'],
  [['spec', 'pod', 'labels', 'orlop.dev/role'], 'spec.pod.labels["orlop.dev/role"]'],
  [['spec', 'config', 'a\n"b'], 'spec.config["a\\n\\"b"]'],
])('%j is written %s', (path, written) => {
  expect(pathOf(path)).toBe(written)
})
