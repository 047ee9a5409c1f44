import type { KubeObject } from '@orlop/kube'
import { expect, test } from 'vitest'
import { manifestOf } from '../../test/install-fixture.ts'
import { parseManifests } from '../local/manifests.ts'
import { adapt } from './manifest.ts'
import { field } from './settings.ts'

const rendered = parseManifests(manifestOf(), 'orlop.yaml')
const adapted = (wishes: Partial<Parameters<typeof adapt>[1]> = {}): KubeObject[] =>
  adapt(rendered, { namespace: 'orlop-system', namespaces: [], ...wishes })
const titles = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`)

test('what others need comes first, and all of it is marked', () => {
  const objects = adapted()
  expect(titles(objects)).toEqual([
    'Namespace -/orlop-system',
    'CustomResourceDefinition -/redis.orlop.dev',
    'ServiceAccount orlop-system/orlop-operator',
    'ClusterRole -/orlop-operator',
    'ClusterRole -/orlop-view',
    'ClusterRoleBinding -/orlop-operator',
    'PodDisruptionBudget orlop-system/orlop-operator',
    'Deployment orlop-system/orlop-operator',
  ])
  for (const { metadata } of objects)
    expect(metadata.labels?.['app.kubernetes.io/managed-by']).toBe('orlop-install')
})

test('another namespace is another everywhere, and what has none is called after it', () => {
  const objects = adapted({ namespace: 'team' })
  expect(JSON.stringify(objects)).not.toContain('orlop-system')
  expect(titles(objects)).toContain('ClusterRoleBinding -/orlop-operator:team')
  const binding = objects.find(({ kind }) => kind === 'ClusterRoleBinding')
  expect(field(field(binding, 'roleRef'), 'name')).toBe('orlop-operator:team')
  expect(field(binding, 'subjects')).toEqual([
    { kind: 'ServiceAccount', name: 'orlop-operator', namespace: 'team' },
  ])
})

test('named namespaces get roles of their own, and only what no namespace can grant stays cluster-wide', () => {
  const objects = adapted({ namespaces: ['shop', 'search'] })
  expect(titles(objects).filter((title) => /Role/.test(title))).toEqual([
    'ClusterRole -/orlop-operator',
    'ClusterRole -/orlop-view',
    'ClusterRoleBinding -/orlop-operator',
    'Role shop/orlop-operator',
    'Role search/orlop-operator',
    'RoleBinding shop/orlop-operator',
    'RoleBinding search/orlop-operator',
  ])
  const [wide, users] = objects.filter(({ kind }) => kind === 'ClusterRole')
  expect(field(wide, 'rules')).toEqual([{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }])
  // For people, not for the operator: nobody is bound to it.
  expect(field(users, 'rules')).toHaveLength(1)
  const role = objects.find(({ kind }) => kind === 'Role')
  expect(field(role, 'rules')).toEqual([
    { apiGroups: ['orlop.dev'], resources: ['redis'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  ])
  const binding = objects.find(({ kind }) => kind === 'RoleBinding')
  expect(binding).toMatchObject({
    roleRef: { kind: 'Role', name: 'orlop-operator' },
    subjects: [{ kind: 'ServiceAccount', name: 'orlop-operator', namespace: 'orlop-system' }],
  })
  expect(JSON.stringify(objects.at(-1))).toContain('{"name":"WATCH_NAMESPACES","value":"shop,search"}')
})

test('image and number of replicas are as wished, or as the build made them', () => {
  expect(adapted({ image: 'r/o:2', replicas: 3 }).at(-1)).toMatchObject({
    spec: {
      replicas: 3,
      template: { spec: { containers: [{ image: 'r/o:2', command: ['sleep', '100000'] }] } },
    },
  })
  expect(adapted().at(-1)).toMatchObject({ spec: { replicas: 2 } })
})
