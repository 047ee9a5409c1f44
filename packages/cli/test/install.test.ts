/** Installing, upgrading and removing the operator, on the local Kubernetes: it has pods that really start. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { redisResource } from '@orlop/api'
import { createDrydock, type Drydock } from '@orlop/drydock'
import { type KubeObject, resources } from '@orlop/kube'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHere, type Here } from './in-process.ts'
import { manifestOf } from './install-fixture.ts'
import { eventually } from './orlop.ts'

let folder: string
let drydock: Drydock
let here: Here

beforeAll(async () => {
  folder = await mkdtemp('/tmp/od-')
  drydock = await createDrydock({ stateDir: folder, nodes: 1 })
  // It has one for its own operator.
  await drydock.client.delete(resources.namespaces, { name: 'orlop-system' })
  await gone()
  here = await createHere(await readFile(drydock.kubeconfig, 'utf8'), manifestOf())
})

beforeEach(async () => {
  await here.orlop('uninstall', '--yes', '--delete-crds', '--yes-delete', String(await cacheCount()))
  await gone()
})

afterAll(async () => {
  await here?.remove()
  await drydock?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function gone(): Promise<void> {
  await eventually('the namespace is gone', async () => !(await exists(resources.namespaces, 'orlop-system')))
}

async function cacheCount(): Promise<number> {
  return drydock.client.list(redisResource).then(
    ({ items }) => items.length,
    () => 0,
  )
}

const exists = (
  resource: (typeof resources)[keyof typeof resources],
  name: string,
  namespace?: string,
): Promise<boolean> =>
  drydock.client.get<KubeObject>(resource, { name, namespace }).then(
    () => true,
    () => false,
  )

const operatorPods = async (): Promise<number> => {
  const { items } = await drydock.client.list(resources.pods, { namespace: 'orlop-system' })
  return items.filter(({ status }) => status?.phase === 'Running').length
}

test('a dry run tells all and changes nothing; installed it runs, and again there is nothing to do', async () => {
  const dry = await here.orlop('install', '--dry-run')
  expect([dry.code, dry.stdout]).toEqual([
    0,
    expect.stringMatching(/\+ Deployment orlop-system\/orlop-operator[\s\S]*8 to create/),
  ])
  expect(await exists(resources.namespaces, 'orlop-system')).toBe(false)

  const unasked = await here.orlop('install')
  expect([unasked.code, unasked.stderr]).toEqual([
    1,
    expect.stringMatching(/NotConfirmed[\s\S]*orlop install --yes/),
  ])

  const done = await here.orlop('install', '--yes')
  expect([done.code, done.stderr]).toEqual([0, ''])
  expect(await operatorPods()).toBe(2)

  const again = await here.orlop('install', '--yes')
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('8 as wanted already')])
})

test('naming namespaces takes the wider rights away again', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  for (const name of ['shop', 'search']) {
    await drydock.client.apply(
      resources.namespaces,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { fieldManager: 'test' },
    )
  }
  const narrowed = await here.orlop('install', '--yes', '--wait', '0', '-n', 'shop,search')
  expect(narrowed.stdout).toMatch(
    /~ ClusterRole orlop-operator\n.*rules: 2 items → one item[\s\S]*\+ Role shop\/orlop-operator\n/,
  )
  expect(await exists(resources.roleBindings, 'orlop-operator', 'search')).toBe(true)
  const fewer = await here.orlop('install', '--yes', '--wait', '0', '-n', 'shop')
  expect(fewer.stdout).toMatch(/- RoleBinding search\/orlop-operator/)
  expect(await exists(resources.roles, 'orlop-operator', 'search')).toBe(false)
  expect(await exists(resources.roles, 'orlop-operator', 'shop')).toBe(true)
  await here.orlop('uninstall', '--yes')
  expect(await exists(resources.roles, 'orlop-operator', 'shop')).toBe(false)
})

test('what somebody else set is named and left, until it is taken over', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  const scaled = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'orlop-system', name: 'orlop-operator' },
    spec: { replicas: 1 },
  }
  await drydock.client.apply(resources.deployments, scaled, { fieldManager: 'somebody', force: true })
  const refused = await here.orlop('install', '--yes', '--wait', '0')
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/FieldConflict[\s\S]*spec\.replicas belongs to somebody[\s\S]*--force-conflicts/),
  ])
  expect((await here.orlop('install', '--yes', '--wait', '0', '--replicas', '1')).code).toBe(0)
  expect((await here.orlop('install', '--yes', '--wait', '0', '--force-conflicts')).code).toBe(0)
  const live = await drydock.client.get(resources.deployments, scaled.metadata)
  expect(live.spec?.replicas).toBe(2)
})

test('definitions of a later version stay, unless that is what is wanted', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  await drydock.client.patch(
    resources.customResourceDefinitions,
    { name: 'redis.orlop.dev' },
    { type: 'merge', body: { metadata: { labels: { 'app.kubernetes.io/version': '99.0.0' } } } },
    { fieldManager: 'orlop' },
  )
  const refused = await here.orlop('install', '--yes')
  expect([refused.code, refused.stdout, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/Definitions .*newer than this program: it is of version\s+99\.0\.0/),
    expect.stringContaining('(ChecksFailed): not installed: Definitions'),
  ])
  expect((await here.orlop('install', '--yes', '--wait', '0', '--force')).code).toBe(0)
})

test('an operator that does not start is told with why', async () => {
  const broken = await createHere(
    await readFile(drydock.kubeconfig, 'utf8'),
    manifestOf('example.com/no/such:1'),
  )
  const { code, stderr } = await broken.orlop('install', '--yes', '--wait', '20s')
  await broken.remove()
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /RolloutFailed\): the operator is not ready within 20 s: 0 of 2 ready\n {2}orlop-operator-\S+: (ErrImagePull|ImagePullBackOff)\n[\s\S]*event Failed: Failed to pull image/,
    ),
  ])
  // Mended, the same command goes on from there.
  expect((await here.orlop('install', '--yes')).code).toBe(0)
})

test('an uninstallation leaves caches, definitions and all that is not its own', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  await drydock.client.create(redisResource, {
    apiVersion: 'orlop.dev/v1alpha1',
    kind: 'Redis',
    metadata: { namespace: 'default', name: 'sessions' },
    ...{ spec: { memory: '64Mi' } },
  })
  const mine = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'orlop-system', name: 'mine' } }
  await drydock.client.create(resources.configMaps, mine)
  const { code, stdout } = await here.orlop('uninstall', '--yes')
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /namespace stays, it holds ConfigMap mine\none cache goes on without an operator: default\/sessions/,
    ),
  ])
  expect(await exists(resources.deployments, 'orlop-operator', 'orlop-system')).toBe(false)
  expect(await exists(resources.clusterRoleBindings, 'orlop-operator')).toBe(false)
  expect(await exists(resources.configMaps, 'mine', 'orlop-system')).toBe(true)
  expect(await cacheCount()).toBe(1)
  await drydock.client.delete(resources.configMaps, mine.metadata)
})

test('caches are deleted only by whoever says how many', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  const cache = { apiVersion: 'orlop.dev/v1alpha1', kind: 'Redis', ...{ spec: { memory: '64Mi' } } }
  for (const name of ['a', 'b'])
    await drydock.client.create(redisResource, { ...cache, metadata: { namespace: 'default', name } })
  for (const more of [[], ['--yes-delete', '1'], ['--yes-delete', 'all']]) {
    const { code, stdout, stderr } = await here.orlop('uninstall', '--yes', '--delete-crds', ...more)
    expect([code, stdout, stderr]).toEqual([
      1,
      expect.stringContaining('2 caches will be DELETED: default/a, default/b'),
      expect.stringContaining('orlop uninstall --delete-crds --yes --yes-delete 2'),
    ])
  }
  expect(await cacheCount()).toBe(2)
  expect((await here.orlop('uninstall', '--delete-crds', '--yes-delete', '2')).code).toBe(0)
  expect(await exists(resources.customResourceDefinitions, 'redis.orlop.dev')).toBe(false)
  await eventually('the namespace is gone', async () => !(await exists(resources.namespaces, 'orlop-system')))
})

test('an operator that another tool installed is named and left', async () => {
  await here.orlop('install', '--yes', '--wait', '0')
  await drydock.client.patch(
    resources.deployments,
    { namespace: 'orlop-system', name: 'orlop-operator' },
    {
      type: 'merge',
      body: {
        metadata: {
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { 'meta.helm.sh/release-name': 'caches' },
        },
      },
    },
  )
  await here.orlop('uninstall', '--yes')
  expect(await exists(resources.deployments, 'orlop-operator', 'orlop-system')).toBe(true)
  const { code, stderr } = await here.orlop('uninstall', '--yes')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/Foreign\): Deployment .* but by Helm[\s\S]*helm uninstall caches/),
  ])
  await drydock.client.delete(resources.deployments, { namespace: 'orlop-system', name: 'orlop-operator' })
})

test('a namespace that was there before stays', async () => {
  await gone()
  await drydock.client.create(resources.namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'orlop-system' },
  })
  expect((await here.orlop('install', '--yes', '--wait', '0')).stdout).toContain('= Namespace orlop-system')
  await here.orlop('uninstall', '--yes')
  const { status } = await drydock.client.get(resources.namespaces, { name: 'orlop-system' })
  expect(status?.phase).toBe('Active')
})
