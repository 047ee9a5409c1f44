/** What the pods look like and where they run. */
import { z } from 'zod'
import { bytes, cores, foreignObject, objectName, text, textMap } from '../field.ts'
import type {
  RedisPlacement,
  RedisPlacementInput,
  RedisPod,
  RedisPodInput,
  RedisResources,
  RedisResourcesInput,
} from '../generated/redis-types.ts'

const toleration = z.strictObject({
  key: text(317).exactOptional().describe('Key of the taint. Left out with operator Exists: every taint.'),
  operator: z
    .enum(['Exists', 'Equal'])
    .exactOptional()
    .describe('Equal (the default of Kubernetes) or Exists.'),
  value: text(63).exactOptional().describe('Value of the taint, with operator Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .exactOptional()
    .describe('Effect of the taint; left out: every effect.'),
  tolerationSeconds: z
    .int()
    .min(0)
    .max(31_536_000)
    .exactOptional()
    .describe('Seconds that a NoExecute taint is tolerated; left out: for ever.'),
})

export const placementSchema: z.ZodType<RedisPlacement, RedisPlacementInput> = z.strictObject({
  spread: z
    .enum(['zone', 'node', 'none'])
    .default('zone')
    .describe(
      'How far instances keep apart. zone: across zones, and across nodes within one. node: across nodes. none: anywhere. A preference: a cluster with one node still runs them all.',
    ),
  dedicated: z
    .string()
    .max(63, 'must have at most 63 characters')
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, 'must be the value of a label, or empty')
    .default('')
    .describe(
      'Only nodes with the label orlop.dev/dedicated of this value; a taint of the same key and value is tolerated. Empty: any node.',
    ),
  nodeSelector: textMap({ entries: 32, value: 63 }).default({}).describe('Labels that a node must have.'),
  tolerations: z
    .array(toleration)
    .max(16, 'must have at most 16 entries')
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Taints that the pods tolerate, as in a pod.'),
  affinity: foreignObject().default({}).describe('Affinity of the pods, handed on as it is; as in a pod.'),
  priorityClassName: objectName()
    .default('')
    .describe('Priority class of the pods. Empty: the default of the cluster.'),
})

const amounts = (
  what: string,
): z.ZodObject<{
  cpu: z.ZodExactOptional<ReturnType<typeof cores>>
  memory: z.ZodExactOptional<z.ZodString>
  'ephemeral-storage': z.ZodExactOptional<z.ZodString>
}> =>
  z.strictObject({
    cpu: cores().exactOptional().describe(`Cores ${what}, such as 500m or 2.`),
    memory: bytes().exactOptional().describe(`Memory ${what}, such as 512Mi.`),
    'ephemeral-storage': bytes().exactOptional().describe(`Local disk ${what}, such as 1Gi.`),
  })

export const resourcesSchema: z.ZodType<RedisResources, RedisResourcesInput> = z.strictObject({
  requests: amounts('that the scheduler sets aside for an instance')
    .exactOptional()
    .describe('What is set aside for the data container. Default: memory as in limits, and 100m of cpu.'),
  limits: amounts('that an instance may use at most')
    .exactOptional()
    .describe(
      'What the data container may use at most. Default: memory so that spec.memory is 70 % of it, and no limit of cpu. A memory limit of which spec.memory is more than 70 % is refused: buffers, fragmentation and the copy during a save would get the instance killed.',
    ),
})

export const podSchema: z.ZodType<RedisPod, RedisPodInput> = z.strictObject({
  labels: textMap({ entries: 32, value: 63 })
    .default({})
    .describe(
      "Further labels of the pods; not those under orlop.dev and app.kubernetes.io, which are Orlop's own.",
    ),
  annotations: textMap({ entries: 32, value: 1024 }).default({}).describe('Further annotations of the pods.'),
  imagePullSecrets: z
    .array(z.strictObject({ name: objectName().min(1, 'must not be empty').describe('Name of the Secret.') }))
    .max(8, 'must have at most 8 entries')
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Secrets with which the image is pulled from a private registry.'),
  serviceAccountName: objectName()
    .default('')
    .describe('Service account of the pods; they get no token of it. Empty: the default of the namespace.'),
})
