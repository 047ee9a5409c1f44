/** The made-up servers of a fleet: which address is which instance, and what each answers. */
import type { ResolvedRedis } from '../packages/api/src/index.ts'
import type { Answer, NodeView } from '../packages/operator/src/observe/answer.ts'
import type { Nodes } from '../packages/operator/src/observe/node.ts'
import { running, sessions } from '../packages/operator/testing/scene.ts'

export function addressOf(cache: number, ordinal: number): string {
  return `10.${cache >> 8}.${cache & 255}.${10 + ordinal}`
}

/** All is well everywhere. A fresh object each time, as from a real answer. */
export function fleetServers(): Nodes {
  return {
    async view(target) {
      const [, high = 0, low = 0, last = 0] = target.host.split('.').map(Number)
      const namespace = `team-${high * 256 + low}`
      return structuredClone(
        answersOf(namespace)[last - 10] ?? { ok: false, code: 'Unreachable', message: '' },
      )
    },
  }
}

const known = new Map<string, readonly Answer<NodeView>[]>()

function answersOf(namespace: string): readonly Answer<NodeView>[] {
  const before = known.get(namespace)
  if (before) return before
  const base = sessions()
  const redis: ResolvedRedis = { ...base, metadata: { ...base.metadata, namespace } }
  const answers = running(redis).instances.map((instance) => instance.answer)
  known.set(namespace, answers)
  return answers
}
