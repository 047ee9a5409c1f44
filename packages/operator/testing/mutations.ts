/** Every field of the kind `Redis` with values that are legal, on the edge, and wrong: read off the schema, as a tester would. */
import { crds } from '@orlop/api'
import { type JsonSchema, sampleOf } from './schema-sample.ts'

export interface Mutation {
  /** Such as `spec.placement.nodeSelector`. */
  readonly field: string
  /** Undefined: the field is left out. */
  readonly value: unknown
}

/** Values that a schema cannot tell: what exists in the world of the test, and what does not. */
const known: Readonly<Record<string, readonly unknown[]>> = {
  'spec.version': ['7.0', '6.2', '99.9', '7'],
  'spec.image': ['redis:7.0', 'redis:does-not-exist', 'nobody/nothing:1'],
  'spec.instances': [0, 1, 2, 3, 1000],
  'spec.config': [
    { hz: '30' },
    { databases: '32' },
    { 'no-such': '1' },
    { hz: 'many' },
    { port: '1' },
    { maxmemory: '1gb' },
  ],
  'spec.placement.nodeSelector': [{ 'kubernetes.io/os': 'plan9' }, { 'kubernetes.io/hostname': 'node-1' }],
  'spec.placement.tolerations': [
    [{ key: 'a', operator: 'Exists' }],
    [{ operator: 'Sometimes' }],
    [{ effect: 'Wrong' }],
  ],
  'spec.placement.affinity': [
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['nowhere'] }] }],
        },
      },
    },
    { nodeAffinity: 'wrong' },
    { noSuchField: {} },
  ],
  'spec.pod.labels': [{ team: 'blue' }, { 'orlop.dev/role': 'primary' }, { 'bad key': 'x' }, { team: 'a b' }],
  'spec.pod.imagePullSecrets': [[{ name: 'not-there' }], []],
  'spec.networkPolicy.allow': [[{}], []],
}

export function mutations(): Mutation[] {
  const schema = crds()[0]?.spec.versions[0]?.schema.openAPIV3Schema
  const spec = schema?.properties?.['spec']
  if (!spec) throw new Error('the definition of Redis has no spec')
  return fieldsOf('spec', spec).flatMap(({ field, schema: own, required }) => {
    const values = known[field] ?? sampleOf(own)
    return [...(required ? [] : [undefined]), ...values].map((value) => ({ field, value }))
  })
}

interface Field {
  readonly field: string
  readonly schema: JsonSchema
  readonly required: boolean
}

function fieldsOf(path: string, schema: JsonSchema): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, own]): Field[] => {
    const field = `${path}.${name}`
    const required = schema.required?.includes(name) ?? false
    return own.properties ? fieldsOf(field, own) : [{ field, schema: own, required }]
  })
}

/** `spec` with the one field as the mutation has it. */
export function mutate(
  spec: Readonly<Record<string, unknown>>,
  { field, value }: Mutation,
): Record<string, unknown> {
  const [first = '', ...rest] = field.split('.').slice(1)
  return put(spec, [first, ...rest], value)
}

function put(
  object: Readonly<Record<string, unknown>>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = object[first]
  const next = rest.length === 0 ? value : put(isRecord(inner) ? inner : {}, rest, value)
  const { [first]: _, ...others } = object
  return next === undefined ? others : { ...others, [first]: next }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf({ field, value }: Mutation): string {
  return `${field}=${value === undefined ? 'left out' : JSON.stringify(value)}`
}
