/** The chart, rendered by the real Helm. */
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { productVersion, renderInstall } from '../../render-config.ts'
import { lint, type Manifest, template } from '../chart.ts'

const name = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
const byName = (objects: Manifest[]): Map<string, Manifest> => new Map(objects.map((o) => [name(o), o]))
const find = (objects: Manifest[], kind: string, which?: string): Manifest =>
  objects.find((o) => o.kind === kind && (which === undefined || o.metadata.name === which)) ??
  expect.fail(`no ${kind} ${which ?? ''}`)

/** What Helm adds to every object. */
function withoutHelm(object: Manifest): Manifest {
  const { labels = {}, annotations = {}, ...metadata } = object.metadata
  const rest = { ...labels }
  for (const label of ['helm.sh/chart', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/instance'])
    delete rest[label]
  const { 'helm.sh/resource-policy': _, ...notes } = annotations
  const shown = Object.keys(notes).length > 0 ? { annotations: notes } : {}
  return { ...object, metadata: { ...metadata, labels: rest, ...shown } }
}

test('helm lint --strict finds nothing', async () => {
  expect(await lint()).toContain('0 chart(s) failed')
})

test('with its defaults it installs what orlop.yaml installs', async () => {
  const yaml = await renderInstall({ version: await productVersion() })
  const wanted = byName(parseAllDocuments(yaml).map((d) => d.toJS()))
  // Helm makes the release's namespace itself.
  expect(wanted.delete('Namespace /orlop-system')).toBe(true)
  // The version of a definition is told by the chart.
  const unversioned = (o: Manifest): Manifest => {
    if (o.kind === 'CustomResourceDefinition') delete o.metadata.labels['app.kubernetes.io/version']
    return o
  }
  const made = byName((await template()).map(withoutHelm))
  expect([...made.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [key, object] of made) expect(unversioned(object), key).toEqual(unversioned(wanted.get(key)))
})

test('definitions stay when the chart goes, and may be left out', async () => {
  for (const crd of (await template()).filter(({ kind }) => kind === 'CustomResourceDefinition'))
    expect(crd.metadata.annotations['helm.sh/resource-policy']).toBe('keep')
  const without = await template({ 'crds.install': false })
  expect(without.filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([])
})

test('for named namespaces it may touch Secrets in these only', async () => {
  const objects = await template({ namespaces: ['team-a', 'team-b'] }, 'ops')
  const withSecrets = objects.filter(({ rules = [] }) =>
    rules.some(({ resources }: Manifest) => resources.includes('secrets')),
  )
  expect(withSecrets.map(name)).toEqual(['Role team-a/orlop-operator', 'Role team-b/orlop-operator'])
  const wide = find(objects, 'ClusterRole', 'orlop-operator-ops')
  expect(wide.rules.flatMap(({ resources }: Manifest) => resources)).toEqual(['nodes', 'storageclasses'])
  for (const namespace of ['team-a', 'team-b']) {
    const binding = byName(objects).get(`RoleBinding ${namespace}/orlop-operator`)
    expect(binding?.subjects).toEqual([{ kind: 'ServiceAccount', name: 'orlop-operator', namespace: 'ops' }])
  }
  const [container] = find(objects, 'Deployment').spec.template.spec.containers
  expect(container.env).toContainEqual({ name: 'WATCH_NAMESPACES', value: 'team-a,team-b' })
})

test('the namespace of the operator may be one of them', async () => {
  const objects = await template({ namespaces: ['ops'] }, 'ops')
  expect(byName(objects).size).toBe(objects.length)
})

test('everything that may be switched off is off then', async () => {
  const objects = await template({
    'networkPolicy.enabled': false,
    'podDisruptionBudget.enabled': false,
    'rbac.create': false,
    'serviceAccount.create': false,
    'serviceAccount.name': 'given',
    'crds.install': false,
  })
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Service'])
  expect(find(objects, 'Deployment').spec.template.spec.serviceAccountName).toBe('given')
})

test('values arrive where they belong', async () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const objects = await template({
    'image.digest': digest,
    'image.pullSecrets': [{ name: 'registry' }],
    replicas: 3,
    logLevel: 'debug',
    priorityClassName: 'important',
    tolerations: [{ key: 'ops', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    commonLabels: { team: 'ops' },
    commonAnnotations: { note: 'n' },
    podLabels: { inject: 'no' },
    'serviceMonitor.enabled': true,
    'serviceMonitor.labels': { release: 'prometheus' },
    'networkPolicy.metricsFrom': [],
    'networkPolicy.apiServer.cidrs': ['10.0.0.1/32'],
  })
  const { spec } = find(objects, 'Deployment')
  const [container] = spec.template.spec.containers
  expect(container.image).toBe(`orlop.dev/operator@${digest}`)
  expect(container.env).toContainEqual({ name: 'LOG_LEVEL', value: 'debug' })
  expect(spec).toMatchObject({
    replicas: 3,
    template: {
      metadata: { labels: { inject: 'no' } },
      spec: {
        imagePullSecrets: [{ name: 'registry' }],
        priorityClassName: 'important',
        tolerations: [{ key: 'ops' }],
        affinity: { nodeAffinity: {} },
      },
    },
  })
  expect(find(objects, 'ServiceMonitor').metadata.labels).toMatchObject({
    release: 'prometheus',
    team: 'ops',
  })
  const policy = find(objects, 'NetworkPolicy').spec
  expect(policy.ingress).toBeUndefined()
  expect(policy.egress[0].to).toEqual([{ ipBlock: { cidr: '10.0.0.1/32' } }])
  for (const { kind, metadata } of objects) {
    if (kind === 'CustomResourceDefinition') continue
    expect(metadata.labels.team, kind).toBe('ops')
    expect(metadata.annotations.note, kind).toBe('n')
  }
})

test.each([
  [{ nonsense: 1 }],
  [{ 'image.tagg': 'x' }],
  [{ 'image.digest': 'latest' }],
  [{ 'image.pullPolicy': 'Sometimes' }],
  [{ namespaces: 'team-a' }],
  [{ namespaces: ['Team'] }],
  [{ replicas: '2' }],
  [{ logLevel: 'loud' }],
  [{ 'resources.requests.memory': 'much' }],
  [{ 'networkPolicy.apiServer.ports': [] }],
  [{ 'crds.install': 'yes' }],
  [{ affinity: { podAffinities: {} } }],
])('%j is refused', async (values) => {
  await expect(template(values)).rejects.toThrow(/values don't meet the specifications of the schema/)
})
