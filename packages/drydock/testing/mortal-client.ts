/** A client through which a life sees Kubernetes: every call passes the gate, and none does once that is shut. */
import type { Client, Resource } from '@orlop/kube'
import type { Gate } from './gate.ts'
import type { Write } from './write.ts'

/** Written by clocks of their own, and no part of what anything is made of. */
const aside: ReadonlySet<string> = new Set(['events', 'leases'])

type Change = Extract<Write, { to: 'kubernetes' }>

export function mortalClient(inner: Client, gate: Gate): Client {
  const write = <T>(change: Omit<Change, 'to' | 'what'>, call: () => Promise<T>): Promise<T> => {
    if (aside.has(change.plural)) return gate.read(call)
    const what = `${change.verb} ${change.plural} ${change.name}`
    return gate.write({ to: 'kubernetes', what, ...change }, call)
  }
  const change = (
    verb: Change['verb'],
    r: Resource,
    name: string,
    body: unknown,
    o: { subresource?: string | undefined } = {},
  ) => ({
    verb,
    plural: r.plural,
    name: o.subresource === undefined ? name : `${name}/${o.subresource}`,
    body,
  })
  return {
    get: (r, where, o) => gate.read(() => inner.get(r, where, o)),
    list: (r, o) => gate.read(() => inner.list(r, o)),
    watch: (r, o) => inner.watch(r, o),
    request: (method, path, o) => gate.read(() => inner.request(method, path, o)),
    create: (r, object, o) =>
      write(change('create', r, object.metadata.name, object, o), () =>
        inner.create(r, object, gate.late(o)),
      ),
    update: (r, object, o) =>
      write(change('update', r, object.metadata.name, object, o), () =>
        inner.update(r, object, gate.late(o)),
      ),
    patch: (r, where, patch, o) =>
      write(change('patch', r, where.name, patch.body, o), () => inner.patch(r, where, patch, gate.late(o))),
    apply: (r, object, o) =>
      write(change('apply', r, object.metadata.name, object, o), () => inner.apply(r, object, gate.late(o))),
    delete: (r, where, o) =>
      write(change('delete', r, where.name, o), () => inner.delete(r, where, gate.late(o))),
    deleteCollection: (r, o) =>
      write(change('deleteCollection', r, '', o), () => inner.deleteCollection(r, gate.late(o))),
    close: () => inner.close(),
  }
}
