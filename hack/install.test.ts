/** What dist/orlop.yaml installs: current, allowed where PodSecurity is restricted, and with no right too many. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { atHome, inCluster, inNamespaces } from '../packages/operator/src/permissions.ts'
import { productVersion, renderInstall } from './render-config.ts'
import { derived } from './render-roles.ts'

// The shape of each object is the API server's business: hack/install/ asks a real one.
// biome-ignore lint/suspicious/noExplicitAny: manifests are looked at as they are.
type Manifest = any

const root = join(import.meta.dirname, '..')
const version = await productVersion()
const objects: Manifest[] = parseAllDocuments(await renderInstall({ version })).map((d) => d.toJS())
const find = (kind: string, name = 'orlop-operator'): Manifest =>
  objects.find((o) => o.kind === kind && o.metadata.name === name) ?? expect.fail(`no ${kind} ${name}`)
const pod = find('Deployment').spec.template
const [container] = pod.spec.containers

test('what is made from other files is current', async () => {
  for (const [path, text] of await derived()) {
    expect(await readFile(join(root, path), 'utf8'), `${path}: npm run generate`).toBe(text)
  }
})

test('version and image are filled in, and another image may be', async () => {
  expect(container.image).toBe(`orlop.dev/operator:${version}`)
  for (const { metadata } of objects) expect(metadata.labels['app.kubernetes.io/version']).toBe(version)
  const other = await renderInstall({ version, image: 'registry.example/operator@sha256:abc' })
  expect(other).toContain('image: registry.example/operator@sha256:abc\n')
  expect(other).not.toContain('VERSION')
})

test('every version stands for the same one', async () => {
  const chart = parseAllDocuments(await readFile(join(root, 'charts/orlop/Chart.yaml'), 'utf8'))[0]?.toJS()
  expect(chart).toMatchObject({ version, appVersion: version })
  const operator = JSON.parse(await readFile(join(root, 'packages/operator/package.json'), 'utf8'))
  expect(operator.version).toBe(version)
})

// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
test('the pods are what PodSecurity restricted asks for, and read-only', () => {
  expect(find('Namespace', 'orlop-system').metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const { securityContext, hostNetwork, hostPID, hostIPC, volumes = [] } = pod.spec
  expect([hostNetwork, hostPID, hostIPC]).toEqual([undefined, undefined, undefined])
  expect(volumes).toEqual([])
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
  expect(securityContext.runAsUser).toBeGreaterThan(10_000)
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(container.resources.requests).toEqual({ cpu: '100m', memory: '200Mi' })
  expect(container.resources.limits.memory).toBeDefined()
  expect(find('ServiceAccount').automountServiceAccountToken).toBe(false)
})

test('selectors find the pods', () => {
  const wanted = expect.objectContaining(find('PodDisruptionBudget').spec.selector.matchLabels)
  expect(pod.metadata.labels).toEqual(wanted)
  for (const selector of [
    find('Deployment').spec.selector.matchLabels,
    find('Service', 'orlop-operator-metrics').spec.selector,
    find('NetworkPolicy').spec.podSelector.matchLabels,
  ])
    expect(pod.metadata.labels).toEqual(expect.objectContaining(selector))
  const ports: string[] = container.ports.map((port: { name: string }) => port.name)
  for (const port of [
    find('Service', 'orlop-operator-metrics').spec.ports[0].targetPort,
    container.livenessProbe.httpGet.port,
    container.readinessProbe.httpGet.port,
  ])
    expect(ports).toContain(port)
})

test('the roles are the permissions, without wildcards, exec or anything about rights', () => {
  const roles = objects.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
  const rules: Manifest[] = roles.flatMap((role) => role.rules)
  for (const rule of rules) {
    expect(JSON.stringify(rule)).not.toMatch(/\*|exec|attach|portforward|impersonate|escalate|"bind"|token/)
    expect(rule.apiGroups).not.toContain('rbac.authorization.k8s.io')
  }
  const secrets = rules.filter(({ resources }) => resources.includes('secrets'))
  expect(secrets.map(({ verbs }) => verbs)).toEqual([['get', 'create', 'patch']])
  const listed = (role: Manifest): string[] =>
    role.rules.map((r: Manifest) => `${r.verbs} ${r.resources} ${r.apiGroups} ${r.resourceNames ?? ''}`)
  const wanted = (...lists: (typeof inCluster)[]): string[] =>
    lists.flat().map((p) => `${p.verbs} ${p.resource} ${p.group} ${p.names ?? ''}`)
  expect(listed(find('ClusterRole'))).toEqual(wanted(inNamespaces, inCluster))
  expect(listed(find('Role', 'orlop-operator-lease'))).toEqual(wanted(atHome))
})

test('every account that a binding names is there, and every role', () => {
  for (const binding of objects.filter(({ kind }) => kind.endsWith('RoleBinding'))) {
    find(binding.roleRef.kind, binding.roleRef.name)
    for (const { kind, name, namespace } of binding.subjects)
      expect(find(kind, name).metadata.namespace).toBe(namespace)
  }
})
