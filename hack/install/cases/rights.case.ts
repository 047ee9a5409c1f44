/**
 * The operator with the rights that it is installed with, on a real API server that enforces them: everything it does is allowed, and
 * nothing is allowed that it does not do.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type RedisObject, redisResource } from '@orlop/api'
import { type KubeObject, type Resource, resources } from '@orlop/kube'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  atHome,
  inCluster,
  inNamespaces,
  type Permission,
} from '../../../packages/operator/src/permissions.ts'
import { eventually, isSettled } from '../../../packages/operator/testing/world.ts'
import { productVersion, renderInstall } from '../../render-config.ts'
import { type Account, accountOf } from '../account.ts'
import { template } from '../chart.ts'
import { type OperatorProcess, startOperator } from '../operator-process.ts'
import { type RealWorld, startRealWorld } from '../real-world.ts'

const home = 'orlop-system'
const spec = {
  version: '7.0',
  memory: '32Mi',
  instances: 3,
  failover: { mode: 'none' },
  persistence: { mode: 'aof', storage: { size: '1Gi', storageClassName: 'grows' } },
}

let world: RealWorld
const running: OperatorProcess[] = []
const installed: KubeObject[] = []

beforeAll(async () => {
  world = await startRealWorld()
  for (const name of ['anywhere', 'team-a', 'team-b', 'team-c']) await make(namespace(name))
  await make({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'grows' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  })
  for (const i of [0, 1, 2, 3, 4, 5, 6]) await makeVolume(`volume-${i}`)
})
afterEach(async () => {
  for (const operator of running.splice(0)) await operator.end('SIGKILL')
  await uninstall()
})
afterAll(() => world?.stop())

test('in the whole cluster: all that it does is allowed, all that it may it does, and two share the work', async () => {
  const objects = parseAllDocuments(await renderInstall({ version: await productVersion() })).map((d) =>
    d.toJS(),
  )
  await install(objects)
  const account = await accountOf(world.admin, world.connection, home)
  const first = await start(account, 'first')
  await eventually('the first leads', async () => (await holder()) === 'first')
  const second = await start(account, 'second')
  await livesOf('anywhere')
  expect(forbidden()).toEqual([])
  const rare = [
    // Asked for by a plugin that is off by default.
    'update redis/finalizers',
    // Only for an event that repeats.
    'patch events',
    // Only before a promotion, of an instance that did not answer.
    'get pods',
  ]
  expect(notDone().filter((right) => !rare.includes(right))).toEqual([])

  // Told to end, the first gives the lease back, which would last for 13 seconds more at least; killed, the second's runs out.
  await first.end('SIGTERM')
  await eventually('the second leads', async () => (await holder()) === 'second', undefined, 10_000)
  expect(first.lines.at(-1)?.msg).toBe('stopped')
  const third = await start(account, 'third')
  await second.end('SIGKILL')
  await eventually('the third leads', async () => (await holder()) === 'third', undefined, 90_000)
  expect((await third.ask('metrics')).text).toContain('\norlop_leader 1')
  await third.end('SIGTERM')

  for (const [verb, what] of tooMuch)
    expect(await account.may(verb, what, 'anywhere'), `${verb} ${what}`).toBe(false)
})

test('for two namespaces: it works there, and a Secret of a third cannot be read', async () => {
  const objects = await template({ namespaces: ['team-a', 'team-b'] }, home)
  await install(objects)
  const account = await accountOf(world.admin, world.connection, home)
  await start(account, 'narrow', ['--namespaces', 'team-a,team-b'])
  await livesOf('team-a')
  expect(forbidden()).toEqual([])

  for (const name of ['team-a', 'team-c']) {
    await make({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine', namespace: name } })
  }
  const read = (ns: string): Promise<unknown> =>
    account.client.get(resources.secrets, { namespace: ns, name: 'mine' })
  expect(await read('team-a')).toMatchObject({ kind: 'Secret' })
  await expect(read('team-c')).rejects.toMatchObject({ code: 'Forbidden' })
  for (const { resource, group, verbs } of inNamespaces) {
    const what = [resource.split('/')[0], group].filter((part) => part !== '').join('.')
    for (const verb of verbs) expect(await account.may(verb, what, 'team-c'), `${verb} ${what}`).toBe(false)
  }
  for (const [verb, what] of tooMuch)
    expect(await account.may(verb, what, 'team-a'), `${verb} ${what}`).toBe(false)
})

test('without its roles it waits and names what is missing, and goes on once it is there', async () => {
  const objects = parseAllDocuments(await renderInstall({ version: await productVersion() })).map((d) =>
    d.toJS(),
  )
  const roles = ({ kind }: KubeObject): boolean => kind.endsWith('Role')
  await install(objects.filter((object) => !roles(object)))
  const account = await accountOf(world.admin, world.connection, home)
  const operator = await startOperator(world.folder, account.kubeconfig, 'waiting')
  running.push(operator)
  await eventually('it tells', async () => operator.lines.some(({ code }) => code === 'NotAllowed'))
  const { status, text } = await operator.ask('readyz')
  expect(status).toBe(503)
  expect(text).toContain('list, watch, create, patch statefulsets.apps in the whole cluster')
  expect((await operator.ask('healthz')).status).toBe(200)
  await install(objects.filter(roles))
  await eventually('it is ready', async () => (await operator.ask('readyz')).status === 200)
})

/** What an operator must not be able to do, wherever it is. */
const tooMuch: readonly (readonly [string, string])[] = [
  ['list', 'secrets'],
  ['watch', 'secrets'],
  ['delete', 'secrets'],
  ['create', 'pods'],
  ['create', 'pods/exec'],
  ['create', 'pods/ephemeralcontainers'],
  ['create', 'serviceaccounts/token'],
  ['delete', 'persistentvolumeclaims'],
  ['delete', 'statefulsets.apps'],
  ['update', 'redis.orlop.dev'],
  ['delete', 'redis.orlop.dev'],
  ['create', 'rolebindings.rbac.authorization.k8s.io'],
  ['patch', 'clusterroles.rbac.authorization.k8s.io'],
  ['impersonate', 'users'],
]

/** What a user does to a cache in its life; each step is waited for. */
async function livesOf(ns: string): Promise<void> {
  const where = { namespace: ns, name: 'kv' }
  const cache = (): Promise<RedisObject> => world.admin.get(redisResource, where)
  const set = async (wanted: object): Promise<void> => {
    const object = { apiVersion: 'orlop.dev/v1alpha1', kind: 'Redis', metadata: where, spec: wanted }
    await world.admin.apply(redisResource, object, { fieldManager: 'user', force: true })
  }
  const settled = (what: string): Promise<unknown> =>
    eventually(
      what,
      async () => isSettled(await cache()),
      async () => JSON.stringify((await cache()).status),
      60_000,
    )
  await set(spec)
  await settled('it is made')
  await set({ ...spec, config: { hz: '20' } })
  await settled('it is changed live')
  await set({ ...spec, config: { hz: '20', databases: '20' } })
  await settled('it is changed by restarts')
  await set({ ...spec, instances: 2, config: { hz: '20', databases: '20' } })
  await settled('it is smaller')
  const storage = { ...spec.persistence.storage, size: '2Gi' }
  await set({
    ...spec,
    instances: 2,
    config: { hz: '20', databases: '20' },
    persistence: { mode: 'aof', storage },
  })
  await eventually('its volumes are asked to grow', async () => {
    const { items } = await world.admin.list(resources.persistentVolumeClaims, { namespace: ns })
    return items.filter((claim) => claim.spec?.resources?.requests?.['storage'] === '2Gi').length >= 2
  })
  await world.admin.delete(redisResource, where)
  // The garbage collector looks for new kinds every half minute.
  await eventually(
    'it is gone',
    async () => {
      const { items } = await world.admin.list(resources.pods, { namespace: ns })
      return items.length === 0
    },
    undefined,
    60_000,
  )
}

async function start(
  account: Account,
  identity: string,
  args: readonly string[] = [],
): Promise<OperatorProcess> {
  const operator = await startOperator(world.folder, account.kubeconfig, identity, args)
  running.push(operator)
  await eventually(
    `${identity} is ready`,
    async () => (await operator.ask('readyz')).status === 200,
    async () => JSON.stringify(operator.lines.filter(({ msg }) => msg !== 'request').slice(-3)),
  )
  return operator
}

const holder = async (): Promise<string> =>
  (await world.admin.get(resources.leases, { namespace: home, name: 'orlop-operator' })).spec
    ?.holderIdentity ?? ''

/** What the API server refused. */
function forbidden(): unknown[] {
  return running.flatMap(({ lines }) => lines.filter(({ code }) => code === 'Forbidden'))
}

/** Rights that nothing was done with. Watches leave no line in the log: whoever lists watches. */
function notDone(): string[] {
  const done = new Set(running.flatMap(({ lines }) => lines.flatMap(callOf)))
  return [...inNamespaces, ...inCluster, ...atHome].flatMap(({ resource, verbs }: Permission) =>
    verbs
      .filter((verb) => verb !== 'watch' && !done.has(`${verb} ${resource}`))
      .map((verb) => `${verb} ${resource}`),
  )
}

/** `GET /api/v1/namespaces/NS/pods/NAME` is `get pods`. */
function callOf({ method, path }: { readonly method?: string; readonly path?: string }): string[] {
  const found =
    /^\/apis?(?:\/[a-z0-9.-]+\.[a-z0-9.]+|\/apps|\/policy)?\/v1[a-z0-9]*(?:\/namespaces\/[^/]+)?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(
      path ?? '',
    )
  if (!found || method === undefined) return []
  const [, plural = '', name, subresource] = found
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  if (method === 'GET') return [`${name === undefined ? 'list' : 'get'} ${resource}`]
  // A server that finds nothing to apply to asks for both rights.
  if (method === 'PATCH')
    return [`patch ${resource}`, ...(subresource === undefined ? [`create ${resource}`] : [])]
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', DELETE: 'delete' }
  return [`${verbs[method]} ${resource}`]
}

const kinds: readonly Resource[] = [...Object.values(resources), redisResource]

function resourceOf({ apiVersion, kind }: KubeObject): Resource {
  const found = kinds.find(
    (r) => r.kind === kind && [r.group, r.version].filter(Boolean).join('/') === apiVersion,
  )
  return found ?? expect.fail(`no resource for ${kind}`)
}

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

async function make(object: object): Promise<void> {
  const made = object as KubeObject
  await world.admin.apply(resourceOf(made), made, { fieldManager: 'test', force: true })
}

/** As its kubelet has it: a folder of its own. */
async function makeVolume(name: string): Promise<void> {
  const folder = join(world.folder, 'volumes', name)
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o777)
  await make({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'grows',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: folder },
    },
  })
}

/** Fields that the server does not know are refused; pods of the operator are not started, for it runs beside the cluster. */
async function install(objects: readonly KubeObject[]): Promise<void> {
  if (!objects.some(({ kind }) => kind === 'Namespace')) await make(namespace(home))
  for (const object of objects) {
    const { metadata } = object
    installed.push(object)
    const path = `${pathTo(object)}?fieldManager=test&force=true&fieldValidation=Strict${object.kind === 'Deployment' ? '&dryRun=All' : ''}`
    await world.admin
      .request('PATCH', path, {
        body: object,
        contentType: 'application/apply-patch+yaml',
      })
      .catch((error: unknown) => expect.fail(`${object.kind} ${metadata.name}: ${error}`))
  }
  await eventually('the kind is served', async () => {
    await world.admin.list(redisResource, { namespace: 'default' })
    return true
  })
}

/** Takes the rights away; the rest is as before. */
async function uninstall(): Promise<void> {
  for (const object of installed.splice(0)) {
    if (object.apiVersion.startsWith('rbac.')) await world.admin.request('DELETE', pathTo(object))
  }
  await world.admin
    .delete(resources.leases, { namespace: home, name: 'orlop-operator' })
    .catch((error: unknown) => expect(error).toMatchObject({ code: 'NotFound' }))
}

function pathTo(object: KubeObject): string {
  const { group, version, plural } = resourceOf(object)
  const { namespace: ns, name } = object.metadata
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return `${base}${ns === undefined ? '' : `/namespaces/${ns}`}/${plural}/${name}`
}
