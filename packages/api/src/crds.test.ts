import { expect, test } from 'vitest'
import { crds } from './crds.ts'
import { redisResource } from './redis/resource.ts'

const [redis] = crds()
const [version] = redis?.spec.versions ?? []

test('the names are those that the operator asks for', () => {
  expect(redis?.metadata.name).toBe('redis.orlop.dev')
  expect(redis?.spec.group).toBe(redisResource.group)
  expect(version?.name).toBe(redisResource.version)
  expect(redis?.spec.names).toEqual({
    kind: 'Redis',
    listKind: 'RedisList',
    plural: 'redis',
    singular: 'redis',
    shortNames: ['rd'],
    categories: ['orlop'],
  })
})

test('kubectl get shows what a person looks for, and more with -o wide', () => {
  const columns = version?.additionalPrinterColumns ?? []
  const named = (priority: number): string[] =>
    columns.filter((c) => (c.priority ?? 0) === priority).map((c) => c.name)
  expect(named(0)).toEqual(['Engine', 'Version', 'Instances', 'Primary', 'Phase', 'Age'])
  expect(named(1)).toEqual(['Memory', 'Lag'])
})

test('columns and scale point at fields that exist', () => {
  const schema = version?.schema.openAPIV3Schema
  const scale = version?.subresources.scale
  const paths = [
    ...(version?.additionalPrinterColumns ?? []).map((column) => column.jsonPath),
    ...(scale ? [scale.specReplicasPath, scale.statusReplicasPath, scale.labelSelectorPath] : []),
  ].filter((path) => !path.startsWith('.metadata'))
  for (const path of paths) {
    const field = path
      .slice(1)
      .split('.')
      .reduce((at, name) => at?.properties?.[name], schema)
    expect(field?.type, path).toBeDefined()
  }
})

test('status is a subresource with conditions by type and instances by pod', () => {
  expect(version?.subresources.status).toEqual({})
  const status = version?.schema.openAPIV3Schema.properties?.status?.properties
  expect(status?.conditions).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  })
  expect(status?.instances).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['pod'],
  })
})
