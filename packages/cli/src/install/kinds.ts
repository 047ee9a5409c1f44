/** The kinds that an installation consists of, in the order in which they are made. */
import { type KubeObject, type Resource, resources } from '@orlop/kube'
import { CliError } from '../failure.ts'

/** What others need comes first; the operator itself last. */
export const installedKinds: readonly Resource[] = [
  resources.namespaces,
  resources.customResourceDefinitions,
  resources.serviceAccounts,
  resources.clusterRoles,
  resources.clusterRoleBindings,
  resources.roles,
  resources.roleBindings,
  resources.services,
  resources.networkPolicies,
  resources.podDisruptionBudgets,
  resources.deployments,
]

/** @throws CliError `UnknownKind` for a kind that no installation has */
export function resourceOfKind({ kind, metadata }: KubeObject): Resource {
  const found = installedKinds.find((resource) => resource.kind === kind)
  if (found) return found
  throw new CliError('UnknownKind', `an installation has no ${kind} (${metadata.name})`)
}

export function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const rank = (object: KubeObject): number => installedKinds.indexOf(resourceOfKind(object))
  return [...objects].sort((a, b) => rank(a) - rank(b))
}
