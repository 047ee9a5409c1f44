/** What Orlop has seen: `status`. Loose, so that an older program reads what a newer one wrote. */
import { z } from 'zod'
import { text } from '../field.ts'
import type { RedisStatus } from '../generated/redis-types.ts'

const seconds = z.number().min(0)

/** Bounded only against abuse: a status that the API server refuses would tell nobody anything. */
const said = z.string().max(32_768)

const condition = z.looseObject({
  type: text(316).describe('Ready, Progressing, Degraded or Paused.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('A code in CamelCase that programs can rely on.'),
  message: said.describe('One sentence for people.'),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When status last changed.'),
  observedGeneration: z
    .int()
    .min(0)
    .exactOptional()
    .describe('The metadata.generation that this was said about.'),
})

const instance = z.looseObject({
  pod: text(253).describe('Name of the pod.'),
  role: z
    .enum(['primary', 'replica', 'unknown'])
    .describe('What the server says it is; unknown when it did not answer.'),
  zone: text(63).exactOptional().describe('Zone of its node, where nodes say so.'),
  version: text(32).exactOptional().describe('Version that the server reports.'),
  state: said.describe('In one word or a short sentence: Ready, Loading, Syncing, or why it is not.'),
  lag: seconds
    .exactOptional()
    .describe(
      'Seconds since the primary last heard from this replica: up to 2 counts as 0, more is rounded up to a power of two.',
    ),
})

export const statusSchema: z.ZodType<RedisStatus, RedisStatus> = z.looseObject({
  observedGeneration: z
    .int()
    .min(0)
    .exactOptional()
    .describe('The metadata.generation that this status is about.'),
  phase: said.exactOptional().describe('One sentence for people: Healthy, or what is going on.'),
  conditions: z
    .array(condition)
    .max(16)
    .exactOptional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('For programs: Ready is True when a client can connect and write.'),
  instances: z
    .array(instance)
    .max(32)
    .exactOptional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['pod'] })
    .describe('Each instance as it was last seen.'),
  readyInstances: z.int().min(0).exactOptional().describe('Instances that are ready.'),
  currentInstances: z
    .int()
    .min(0)
    .exactOptional()
    .describe('Instances that exist; what the scale subresource reports.'),
  instancesReady: text(16).exactOptional().describe('Ready and wanted instances, such as 2/3.'),
  selector: said.exactOptional().describe('Label selector of the instances, for the scale subresource.'),
  primary: text(253).exactOptional().describe('Pod of the primary.'),
  endpoints: z
    .looseObject({
      writes: text(512).describe('Host and port for writes and reads: the primary.'),
      reads: text(512).describe(
        'Host and port for reads that may lag: ready replicas, or the primary where there is none.',
      ),
      nodes: text(512).describe('Host and port of the headless Service that names every instance.'),
    })
    .exactOptional()
    .describe('Where clients connect.'),
  binding: z
    .looseObject({ name: text(253).describe('Name of the Secret.') })
    .exactOptional()
    .describe('Secret with everything a client needs, in the form of the Service Binding specification.'),
  lastFailover: z
    .looseObject({
      from: text(253).exactOptional().describe('Pod that was the primary, if it was known.'),
      to: text(253).describe('Pod that became the primary.'),
      reason: said.describe('Why: a code in CamelCase.'),
      at: z.string().meta({ format: 'date-time' }).describe('When the new primary was seen.'),
      seconds: seconds
        .exactOptional()
        .describe('How long it took, in seconds, from the first sign to the new primary.'),
    })
    .exactOptional()
    .describe('The last change of primary, planned or not.'),
  memory: said.exactOptional().describe('Used and granted memory of the primary, such as 45Mi/256Mi.'),
  lag: said.exactOptional().describe('The slowest replica and its lag, such as 1s or 1.2MB.'),
})
