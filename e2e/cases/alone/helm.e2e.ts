/** The operator installed by its chart instead: the definitions, and with them every cache, stay. */
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { client, helm, kubectl, target } from '../../kit/cluster.ts'
import { eventually } from '../../kit/eventually.ts'
import { installOperator, removeOperator } from '../../kit/operator.ts'
import { testWhere } from '../../kit/test.ts'

const system = 'orlop-system'
const single = { version: '7.0', memory: '32Mi' }
const chart = (verb: 'install' | 'upgrade', ...settings: readonly string[]): Promise<string> =>
  helm([
    verb,
    'orlop',
    'charts/orlop',
    '--namespace',
    system,
    '--create-namespace',
    '--wait',
    '--timeout',
    '120s',
    ...settings.flatMap((one) => ['--set', one]),
  ])

describe.skipIf(target.can.helm !== undefined)('by Helm', () => {
  beforeAll(async () => {
    await removeOperator()
  })
  afterAll(async () => {
    await helm(['uninstall', 'orlop', '--namespace', system, '--ignore-not-found', '--wait'])
    await installOperator()
  })

  testWhere('helm')('the operator is installed, and a cache is made by it', async ({ ns }) => {
    await chart('install', 'crds.install=false')
    const cache = await ns.cache('cache', single)
    await cache.ready()
    await cache.lostNothing(await ns.writer(cache))
  })

  testWhere('helm')(
    "it is kept to one namespace: a cache there is made, another one is nobody's",
    async ({ ns }) => {
      await chart('upgrade', 'crds.install=false', `namespaces={${ns.name}}`)
      const cache = await ns.cache('cache', single)
      const elsewhere = await kubectl(['create', 'namespace', `${ns.name}-b`]).then(() =>
        ns.beside(`${ns.name}-b`),
      )
      const other = await elsewhere.cache('cache', single)
      await cache.ready()
      expect((await other.get()).status).toBeUndefined()
      expect(await other.pods()).toEqual([])
      await client.delete(resources.namespaces, { name: elsewhere.name })
    },
  )

  testWhere('enforceRbac')('kept to one namespace, it may read Secrets in that one alone', async ({ ns }) => {
    await chart('upgrade', 'crds.install=false', `namespaces={${ns.name}}`)
    const may = (namespace: string): Promise<string> =>
      kubectl([
        'auth',
        'can-i',
        'get',
        'secrets',
        '-n',
        namespace,
        `--as=system:serviceaccount:${system}:orlop-operator`,
      ]).catch((error: Error) => error.message)
    await eventually('it may where it looks', async () => (await may(ns.name)) === 'yes')
    expect(await may('default')).toContain('no')
    expect(await may('kube-system')).toContain('no')
  })
})
