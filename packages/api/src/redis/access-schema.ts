/** How clients get in: writes, password, certificates, Services, network policy. */
import { z } from 'zod'
import { foreignObject, objectName, text, textMap } from '../field.ts'
import type {
  RedisAuth,
  RedisAuthInput,
  RedisNetworkPolicy,
  RedisNetworkPolicyInput,
  RedisService,
  RedisServiceInput,
  RedisTls,
  RedisTlsInput,
  RedisWrites,
  RedisWritesInput,
} from '../generated/redis-types.ts'

export const writesSchema: z.ZodType<RedisWrites, RedisWritesInput> = z.strictObject({
  minReplicas: z
    .int()
    .min(0)
    .max(15)
    .exactOptional()
    .describe(
      'How many replicas must be connected for the primary to take a write (min-replicas-to-write). Less than instances. Orlop lowers it to the replicas that are there, so that it bounds what an isolated primary accepts and does not stop writes. Default: 0 for profile cache; 1 for profile store, 0 if it has one instance.',
    ),
  maxLag: z
    .string()
    .max(6, 'must have at most 6 characters')
    .regex(/^[1-9][0-9]{0,4}s$/, 'must be whole seconds, such as 3s')
    .default('3s')
    .describe(
      'After how many seconds without a sign of life a replica no longer counts (min-replicas-max-lag). Whole seconds.',
    ),
})

export const authSchema: z.ZodType<RedisAuth, RedisAuthInput> = z.strictObject({
  secretName: objectName()
    .default('')
    .describe(
      'Secret of this namespace whose key password holds the password. Empty: Orlop makes NAME-auth with a random one. The servers read it when they start: after a change of the Secret restart them.',
    ),
  disabled: z
    .boolean()
    .default(false)
    .describe('true: no password at all; whoever reaches the port reads and writes everything.'),
})

export const tlsSchema: z.ZodType<RedisTls, RedisTlsInput> = z.strictObject({
  secretName: objectName()
    .default('')
    .describe('Secret with tls.crt, tls.key and ca.crt. Empty: no TLS, unless issuerRef is given.'),
  issuerRef: z
    .strictObject({
      name: objectName().min(1, 'must not be empty').describe('Name of the issuer.'),
      kind: z
        .enum(['Issuer', 'ClusterIssuer'])
        .default('Issuer')
        .describe('Issuer of this namespace, or ClusterIssuer.'),
      group: text(253).default('cert-manager.io').describe('API group of the issuer.'),
    })
    .nullable()
    .exactOptional()
    .describe('cert-manager issuer that signs a certificate for this resource; null for none.'),
})

export const serviceSchema: z.ZodType<RedisService, RedisServiceInput> = z.strictObject({
  type: z
    .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
    .default('ClusterIP')
    .describe(
      'Type of the Services NAME (writes) and NAME-ro (reads). ClusterIP: reachable inside the cluster only. NodePort and LoadBalancer open the port to the outside.',
    ),
  annotations: textMap({ entries: 32, value: 1024 })
    .default({})
    .describe('Annotations of these Services, such as those that a cloud reads for its load balancers.'),
})

export const networkPolicySchema: z.ZodType<RedisNetworkPolicy, RedisNetworkPolicyInput> = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('true: only the pods in allow, the pods of this resource and Orlop reach the instances.'),
  allow: z
    .array(
      z.strictObject({
        namespaceSelector: foreignObject()
          .exactOptional()
          .describe('Label selector of namespaces; as in a NetworkPolicy.'),
        podSelector: foreignObject()
          .exactOptional()
          .describe('Label selector of pods; as in a NetworkPolicy.'),
        ipBlock: foreignObject()
          .exactOptional()
          .describe('Range of addresses (cidr, except); as in a NetworkPolicy.'),
      }),
    )
    .max(16, 'must have at most 16 entries')
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Who may connect, in the form of the peers of a NetworkPolicy. Empty: nobody else.'),
})
