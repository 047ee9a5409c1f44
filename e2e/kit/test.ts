/** `test` as the cases use it: each gets a namespace of its own, which is looked into when the test fails and then deleted. */
import { randomBytes } from 'node:crypto'
import { type Namespace as NamespaceObject, resources } from '@orlop/kube'
import { test as base, type TestAPI, type TestContext } from 'vitest'
import type { Ability } from '../targets/target.ts'
import { client, target } from './cluster.ts'
import { collect } from './evidence.ts'
import { Namespace } from './namespace.ts'
import { note } from './report.ts'

export const test: TestAPI<{ ns: Namespace }> = base.extend<{ ns: Namespace }>({
  ns: async ({ task }, use) => {
    const name = `e2e-${randomBytes(3).toString('hex')}`
    const object: NamespaceObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await client.create(resources.namespaces, object)
    const ns = new Namespace(name, (text) => note({ task }, text))
    try {
      await use(ns)
    } finally {
      await ns.close()
      if (task.result?.state === 'fail') await collect(name, task.name)
      await client.delete(resources.namespaces, { name })
    }
  },
})

type Behaviour = (name: string, run: (context: TestContext & { ns: Namespace }) => Promise<void>) => void

/** For tests that need more than every cluster has: one that this target cannot try is listed at the end, with the reason. */
export function testWhere(ability: Ability): Behaviour {
  const possible = target.can[ability] === undefined
  return (name, run) => (possible ? test : test.skip)(name, run)
}
