/** The CustomResourceDefinition of the kind Redis. */
import { type JsonSchema, toJsonSchema } from '../crd/json-schema.ts'
import { toStructural, withRule } from '../crd/structural.ts'
import { labels, redisNames, redisResource } from './resource.ts'
import { redisRules } from './rules/rules.ts'
import { specSchema } from './spec-schema.ts'
import { statusSchema } from './status-schema.ts'

export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1'
  kind: 'CustomResourceDefinition'
  metadata: { name: string; labels: Record<string, string> }
  spec: {
    group: string
    names: {
      kind: string
      listKind: string
      plural: string
      singular: string
      shortNames: string[]
      categories: string[]
    }
    scope: 'Namespaced'
    versions: CrdVersion[]
  }
}

export interface CrdVersion {
  name: string
  served: boolean
  storage: boolean
  additionalPrinterColumns: PrinterColumn[]
  schema: { openAPIV3Schema: JsonSchema }
  subresources: {
    status: Record<string, never>
    scale: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath: string }
  }
}

export interface PrinterColumn {
  name: string
  type: string
  description: string
  jsonPath: string
  /** 1: only with `-o wide`. */
  priority?: number
}

export function redisCrd(): CustomResourceDefinition {
  const { group, version, plural, kind } = redisResource
  const { singular, listKind, short, category } = redisNames
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { [labels.name]: 'orlop', [labels.partOf]: 'orlop' } },
    spec: {
      group,
      names: { kind, listKind, plural, singular, shortNames: [short], categories: [category] },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: printerColumns,
          schema: { openAPIV3Schema: redisJsonSchema() },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.instances',
              statusReplicasPath: '.status.currentInstances',
              labelSelectorPath: '.status.selector',
            },
          },
        },
      ],
    },
  }
}

/** The structural schema of the whole object, with the rules in their places. */
export function redisJsonSchema(): JsonSchema {
  const schema: JsonSchema = {
    type: 'object',
    description: 'One dataset: a primary and its replicas, Redis or Valkey.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of this form of the object: orlop.dev/v1alpha1.' },
      kind: { type: 'string', description: 'Always Redis.' },
      metadata: { type: 'object' },
      spec: { description: 'What is wanted.', ...toStructural(toJsonSchema(specSchema, 'input'), 'spec') },
      status: {
        description: 'What Orlop has seen.',
        ...toStructural(toJsonSchema(statusSchema, 'input'), 'status'),
      },
    },
  }
  return redisRules.reduce((all, { at, validation }) => withRule(all, at, validation), schema)
}

const printerColumns: PrinterColumn[] = [
  { name: 'Engine', type: 'string', description: 'redis or valkey', jsonPath: '.spec.engine' },
  { name: 'Version', type: 'string', description: 'Version that is wanted', jsonPath: '.spec.version' },
  {
    name: 'Instances',
    type: 'string',
    description: 'Ready and wanted instances',
    jsonPath: '.status.instancesReady',
  },
  { name: 'Primary', type: 'string', description: 'Pod of the primary', jsonPath: '.status.primary' },
  {
    name: 'Phase',
    type: 'string',
    description: 'What is going on, in one sentence',
    jsonPath: '.status.phase',
  },
  {
    name: 'Memory',
    type: 'string',
    description: 'Used and granted memory',
    jsonPath: '.status.memory',
    priority: 1,
  },
  { name: 'Lag', type: 'string', description: 'The slowest replica', jsonPath: '.status.lag', priority: 1 },
  { name: 'Age', type: 'date', description: 'Since it was made', jsonPath: '.metadata.creationTimestamp' },
]
