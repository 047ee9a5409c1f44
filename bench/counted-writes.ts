/** A client that counts what it writes. */
import type { Client } from '../packages/kube/src/index.ts'

export function countingWrites(client: Client): { client: Client; writes: () => number } {
  const writing = new Set<PropertyKey>(['create', 'update', 'patch', 'apply', 'delete', 'deleteCollection'])
  let count = 0
  const counted = new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (writing.has(name)) count++
        return Reflect.apply(member, target, args)
      }
    },
  })
  return { client: counted, writes: () => count }
}
