import { expect, test } from 'vitest'
import { builtInKinds } from '../kinds.ts'
import { schemaFor } from './built-in.ts'
import { prune, strictDecodingError, unknownFieldWarnings } from './prune.ts'
import { anything, fieldSchema, itemSchema, type TypeSchema } from './type-schema.ts'

/** The schema at a path of fields; `[]` goes into the items of a list. */
function at(group: string, version: string, kind: string, path: string): TypeSchema {
  const root = schemaFor({ group, version, kind })
  if (root === undefined) throw new Error(`no schema of ${kind}`)
  return path.split('.').reduce<TypeSchema>((schema, name) => {
    return name === '[]' ? itemSchema(schema) : (fieldSchema(schema, name) ?? anything)
  }, root)
}
const inPod = (path: string): TypeSchema => at('', 'v1', 'Pod', `spec.${path}`)

test('every built-in kind has a schema, and no other has', () => {
  for (const kind of builtInKinds) expect(schemaFor(kind)?.properties, kind.kind).toBeDefined()
  expect(schemaFor({ group: 'example.dev', version: 'v1', kind: 'Example' })).toBeUndefined()
})

test.each<[string, TypeSchema, readonly string[] | undefined]>([
  ['containers', inPod('containers'), ['name']],
  ['container ports', inPod('containers.[].ports'), ['containerPort', 'protocol']],
  ['env', inPod('containers.[].env'), ['name']],
  ['volume mounts', inPod('containers.[].volumeMounts'), ['mountPath']],
  ['volumes', inPod('volumes'), ['name']],
  ['image pull secrets', inPod('imagePullSecrets'), ['name']],
  ['spread constraints', inPod('topologySpreadConstraints'), ['topologyKey', 'whenUnsatisfiable']],
  ['conditions', at('', 'v1', 'Pod', 'status.conditions'), ['type']],
  ['owner references', at('', 'v1', 'Pod', 'metadata.ownerReferences'), ['uid']],
  ['service ports', at('', 'v1', 'Service', 'spec.ports'), ['port', 'protocol']],
  ['tolerations', inPod('tolerations'), undefined],
  ['args', inPod('containers.[].args'), undefined],
  ['claim templates', at('apps', 'v1', 'StatefulSet', 'spec.volumeClaimTemplates'), undefined],
])('%s merge by %j', (_, schema, keys) => {
  expect(schema.listMapKeys).toEqual(keys)
  expect(schema.listType).toBe(keys === undefined ? 'atomic' : 'map')
})

test('sets, atomic maps, merge keys and scalars of two types', () => {
  expect(at('', 'v1', 'Pod', 'metadata.finalizers').listType).toBe('set')
  expect(at('apps', 'v1', 'StatefulSet', 'spec.selector').mapType).toBe('atomic')
  expect(inPod('containers')).toMatchObject({ patchStrategy: ['merge'], patchMergeKey: 'name' })
  expect(inPod('volumes').patchStrategy).toEqual(['merge', 'retainKeys'])
  expect(inPod('containers.[].resources.limits.cpu').intOrString).toBe(true)
  expect(inPod('containers.[].livenessProbe.httpGet.port').intOrString).toBe(true)
  expect(inPod('containers.[].ports.[].protocol').default).toBe('TCP')
})

test('recursive types go as deep as the value', () => {
  const path = 'spec.versions.[].schema.openAPIV3Schema.properties.spec.properties.size.type'
  expect(at('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', path).type).toBe('string')
})

test('unknown fields of built-in kinds are found wherever they are', () => {
  const schema = schemaFor({ group: '', version: 'v1', kind: 'Pod' }) ?? anything
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { any: 'thing' }, lables: {} },
    spec: { containers: [{ name: 'c' }, { name: 'd', imagee: 'x' }], foo: 1 },
  }
  const warnings = unknownFieldWarnings(pod, schema)
  expect(strictDecodingError(warnings)).toBe(
    'strict decoding error: unknown field "metadata.lables", unknown field "spec.containers[1].imagee", unknown field "spec.foo"',
  )
  expect(prune(pod, schema)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { any: 'thing' } },
    spec: { containers: [{ name: 'c' }, { name: 'd' }] },
  })
})
