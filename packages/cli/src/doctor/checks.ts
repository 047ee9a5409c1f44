/** Every check, in the order in which a person reads them; each is a section of docs/doctor.md. */
import type { Check } from './check.ts'
import { clock } from './checks/clock.ts'
import { clusterDns } from './checks/cluster-dns.ts'
import { definitions } from './checks/definitions.ts'
import { hugePages, overcommit } from './checks/kernel.ts'
import { kubernetesVersion } from './checks/kubernetes-version.ts'
import { metricsApi } from './checks/metrics-api.ts'
import { networkPolicy } from './checks/network-policy.ts'
import { nodes } from './checks/nodes.ts'
import { operator, operatorBeforeInstall } from './checks/operator.ts'
import { otherOperators } from './checks/other-operators.ts'
import { permissions } from './checks/permissions.ts'
import { podSecurity } from './checks/pod-security.ts'
import { storageClasses } from './checks/storage-classes.ts'
import { zones } from './checks/zones.ts'

export const checks: readonly Check[] = [
  kubernetesVersion,
  permissions,
  definitions,
  operator,
  otherOperators,
  podSecurity,
  nodes,
  zones,
  storageClasses,
  clusterDns,
  clock,
  hugePages,
  overcommit,
  metricsApi,
  networkPolicy,
]

/** Those without which an installation cannot work; `orlop install` asks them first. */
export const checksBeforeInstall: readonly Check[] = [
  kubernetesVersion,
  permissions,
  definitions,
  operatorBeforeInstall,
  podSecurity,
  nodes,
]
