/** What there is, as clients find it out: every kind that drydock has, as a real server shows it. */
import { expect, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, kubectl } from '../../cluster.ts'
import { shown } from '../../shown.ts'

/** The groups that every target has; a real server has more. */
const versions = [
  'v1',
  'apps/v1',
  'events.k8s.io/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'networking.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'storage.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
]
/** What drydock does not have. */
const left =
  /proxy$|volumeattributesclasses|ipaddresses|servicecidrs|csistoragecapacities|componentstatuses|pods\/(?:ephemeralcontainers|resize)$/

function line(one: Json): string {
  const {
    name,
    kind,
    singularName,
    namespaced,
    verbs,
    shortNames = [],
    categories = [],
    group,
    version,
  } = one
  return [
    name,
    kind,
    singularName && `(${singularName})`,
    namespaced ? 'namespaced' : 'cluster',
    verbs.join(','),
    shortNames.length > 0 && `short ${shortNames.join(',')}`,
    categories.length > 0 && `in ${categories.join(',')}`,
    group !== undefined && `of ${group}/${version}`,
  ]
    .filter(Boolean)
    .join(' ')
}

test.each(versions)('the kinds of %s', async (groupVersion) => {
  const { code, body } = await api.get(groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`)
  expect(code).toBe(200)
  expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion })
  const kinds = body.resources.filter(({ name }: Json) => !left.test(name))
  expect(kinds.map(line).sort().join('\n')).toMatchSnapshot()
})
test.each(versions.slice(1))('the group of %s', async (groupVersion) => {
  const [group] = groupVersion.split('/')
  const { body } = await api.get(`/apis/${group}`)
  expect(shown(body)).toMatchSnapshot()
})
test('the core group', async () => {
  const { body } = await api.get('/api')
  expect(body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
})
test('the groups in the order in which they are preferred', async () => {
  const { body } = await api.get('/apis')
  const known = new Set(versions.slice(1).map((one) => one.split('/')[0]))
  expect(body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' })
  expect(
    body.groups.map(({ name }: Json) => name).filter((name: string) => known.has(name)),
  ).toMatchInlineSnapshot(`
    [
      "apps",
      "events.k8s.io",
      "authentication.k8s.io",
      "authorization.k8s.io",
      "autoscaling",
      "batch",
      "networking.k8s.io",
      "policy",
      "rbac.authorization.k8s.io",
      "storage.k8s.io",
      "apiextensions.k8s.io",
      "scheduling.k8s.io",
      "coordination.k8s.io",
      "discovery.k8s.io",
    ]
  `)
})
test.each([
  ['/apis/nothing.example.com'],
  ['/apis/apps/v9'],
  ['/api/v9'],
  ['/apis/apps/v1/nothings'],
  ['/api/v1/nothings'],
  ['/nothing'],
])('%s is not there', async (path) => {
  const { code, body, headers } = await api.get(path)
  expect({ code, body, type: headers['content-type'] }).toMatchSnapshot()
})

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const ofKind = (kind: Json) => ({
  ...kind,
  verbs: [...kind.verbs].sort(),
  subresources: kind.subresources
    ?.map(({ subresource }: Json) => subresource)
    .filter((name: string) => !/proxy|resize|ephemeral/.test(name))
    .sort(),
})

test('everything at once, for clients that ask so', async () => {
  const { body, headers } = await api.get('/apis', { accept: aggregated })
  expect(headers['content-type']).toBe(aggregated)
  expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
  const apps = body.items.find(({ metadata }: Json) => metadata.name === 'apps')
  expect(
    shown({
      ...apps,
      versions: apps.versions.map((one: Json) => ({ ...one, resources: one.resources.map(ofKind) })),
    }),
  ).toMatchSnapshot()
})
test('the core group at once', async () => {
  const { body } = await api.get('/api', { accept: aggregated })
  const resources = body.items[0].versions[0].resources.filter(({ resource }: Json) => !left.test(resource))
  expect(body.items[0].metadata).toEqual({})
  expect(
    shown(resources.map(ofKind).sort((a: Json, b: Json) => (a.resource < b.resource ? -1 : 1))),
  ).toMatchSnapshot()
})
test('a client that does not want it all at once', async () => {
  const { body, headers } = await api.get('/apis', { accept: 'application/json' })
  expect(body.kind).toBe('APIGroupList')
  expect(headers['content-type']).toBe('application/json')
})
test('a client that wants an older form falls back to the plain one', async () => {
  const { body } = await api.get('/apis', {
    accept: 'application/json;g=apidiscovery.k8s.io;v=v1;as=APIGroupDiscoveryList,application/json',
  })
  expect(body.kind).toBe('APIGroupList')
})

test('kubectl api-resources names the workloads', async () => {
  const { stdout } = await kubectl(['api-resources', '--api-group=apps'])
  expect(stdout).toMatchInlineSnapshot(`
    "NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
    controllerrevisions                apps/v1      true         ControllerRevision
    daemonsets            ds           apps/v1      true         DaemonSet
    deployments           deploy       apps/v1      true         Deployment
    replicasets           rs           apps/v1      true         ReplicaSet
    statefulsets          sts          apps/v1      true         StatefulSet
    "
  `)
})
test('kubectl api-resources tells verbs and categories', async () => {
  const { stdout } = await kubectl(['api-resources', '--api-group=policy', '-o', 'wide'])
  expect(stdout).toMatchInlineSnapshot(`
    "NAME                   SHORTNAMES   APIVERSION   NAMESPACED   KIND                  VERBS                                                        CATEGORIES
    poddisruptionbudgets   pdb          policy/v1    true         PodDisruptionBudget   create,delete,deletecollection,get,list,patch,update,watch   
    "
  `)
})
test('kubectl api-resources of a category', async () => {
  const { stdout } = await kubectl(['api-resources', '--categories=all', '-o', 'name'])
  expect(stdout.split('\n').sort().join('\n')).toMatchInlineSnapshot(`
    "
    cronjobs.batch
    daemonsets.apps
    deployments.apps
    horizontalpodautoscalers.autoscaling
    jobs.batch
    pods
    replicasets.apps
    replicationcontrollers
    services
    statefulsets.apps"
  `)
})
test('kubectl api-versions', async () => {
  const { stdout } = await kubectl(['api-versions'])
  expect(stdout.split('\n').filter((one) => versions.includes(one))).toEqual([...versions].sort())
})
