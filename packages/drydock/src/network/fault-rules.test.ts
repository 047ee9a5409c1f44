import { expect, test } from 'vitest'
import { faultRules } from './fault-rules.ts'

const node = { bridge: 'or0b1', gateway: '10.244.1.1', subnet: '10.244.1.0/24' }

test('nothing cut leaves no table', () => {
  expect(faultRules('t', { nodes: [], lost: [] })).toBe('table ip t {}\ndelete table ip t\n')
})

test('a node is cut off from all but itself, a pair in both directions', () => {
  const lost = [
    ['10.244.2.2', '10.244.2.3'],
    ['10.244.2.3', '10.244.2.2'],
  ] as const
  expect(faultRules('t', { nodes: [node], lost })).toBe(`table ip t {}
delete table ip t
table ip t {
  chain at_forward {
    type filter hook forward priority -20;
    ip saddr 10.244.1.0/24 ip daddr != 10.244.1.0/24 drop
    ip daddr 10.244.1.0/24 ip saddr != 10.244.1.0/24 drop
    ip saddr 10.244.2.2 ip daddr 10.244.2.3 drop
    ip saddr 10.244.2.3 ip daddr 10.244.2.2 drop
  }
  chain at_input {
    type filter hook input priority -20;
    ip saddr 10.244.1.0/24 ip daddr != 10.244.1.1 drop
  }
  chain at_output {
    type filter hook output priority -20;
    ip daddr 10.244.1.0/24 ip saddr != 10.244.1.1 drop
  }
}
`)
})
