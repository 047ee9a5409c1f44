import type { JsonObject } from '../src/apiserver/object.ts'

/**
 * The schemas of metrics.k8s.io/v1beta1, which metrics-server publishes on a real cluster and the module of Kubernetes does not have;
 * after k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go.
 */
const base = 'io.k8s.metrics.pkg.apis.metrics.v1beta1'
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const refer = (name: string): JsonObject => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] })
const text = (description: string): JsonObject => ({ type: 'string', description })

const typed: JsonObject = {
  apiVersion: text('The version of this representation of an object.'),
  kind: text('The REST resource this object represents.'),
}
const usage: JsonObject = {
  type: 'object',
  description: 'The memory usage is the memory working set.',
  additionalProperties: refer('io.k8s.apimachinery.pkg.api.resource.Quantity'),
}
const times: JsonObject = {
  timestamp: {
    ...refer(`${meta}.Time`),
    description: 'The end of the time over which the figures were collected.',
  },
  window: text('How long that time was.'),
}

function kind(name: string, description: string, properties: JsonObject, required: string[]): JsonObject {
  return {
    description,
    type: 'object',
    required: ['timestamp', 'window', ...required],
    properties: { ...typed, metadata: refer(`${meta}.ObjectMeta`), ...times, ...properties },
    'x-kubernetes-group-version-kind': [{ group: 'metrics.k8s.io', version: 'v1beta1', kind: name }],
  }
}

function list(name: string): JsonObject {
  return {
    description: `${name}List is a list of ${name}.`,
    type: 'object',
    required: ['metadata', 'items'],
    properties: {
      ...typed,
      metadata: refer(`${meta}.ListMeta`),
      items: { type: 'array', items: refer(`${base}.${name}`) },
    },
    'x-kubernetes-group-version-kind': [{ group: 'metrics.k8s.io', version: 'v1beta1', kind: `${name}List` }],
  }
}

/** By name. */
export const metricsSchemas: ReadonlyMap<string, JsonObject> = new Map([
  [
    `${base}.NodeMetrics`,
    kind('NodeMetrics', 'NodeMetrics sets resource usage metrics of a node.', { usage }, ['usage']),
  ],
  [`${base}.NodeMetricsList`, list('NodeMetrics')],
  [
    `${base}.PodMetrics`,
    kind(
      'PodMetrics',
      'PodMetrics sets resource usage metrics of a pod.',
      {
        containers: {
          type: 'array',
          description: 'Metrics for all containers are collected within the same time window.',
          items: refer(`${base}.ContainerMetrics`),
          'x-kubernetes-list-type': 'atomic',
        },
      },
      ['containers'],
    ),
  ],
  [`${base}.PodMetricsList`, list('PodMetrics')],
  [
    `${base}.ContainerMetrics`,
    {
      description: 'ContainerMetrics sets resource usage metrics of a container.',
      type: 'object',
      required: ['name', 'usage'],
      properties: {
        name: text('Container name corresponding to the one from pod.spec.containers.'),
        usage,
      },
    },
  ],
])
