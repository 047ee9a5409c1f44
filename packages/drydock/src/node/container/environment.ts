import { NodeError } from '../node-error.ts'
import type { Container, EnvVar, PlacedPod } from '../pod/types.ts'
import { expand } from './expand.ts'
import { fieldOf, resourceOf, type Surroundings } from './field-path.ts'

/** Looks up the text data of a ConfigMap or Secret of the pod's namespace; undefined when there is none of that name. */
export interface Lookup {
  configMap(name: string): Promise<Readonly<Record<string, string>> | undefined>
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>
}

/**
 * The environment of a container, in the kubelet's order: what the image sets, `envFrom`, then `env`, where a later value may use earlier ones.
 * Throws NodeError `CreateContainerConfigError` with the kubelet's own words when a reference has no target.
 */
export async function environmentOf(
  container: Container,
  pod: PlacedPod,
  around: Surroundings,
  lookup: Lookup,
  base: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const result: Record<string, string> = { ...base, ...(await fromWholeObjects(container, lookup)) }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await referred(variable, container, pod, around, lookup)
      : expand(variable.value ?? '', result)
    if (value !== undefined) result[variable.name] = value
  }
  return result
}

async function fromWholeObjects(container: Container, lookup: Lookup): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const source of container.envFrom ?? []) {
    const [kind, ref] = source.configMapRef
      ? (['configmap', source.configMapRef] as const)
      : (['secret', source.secretRef] as const)
    if (!ref?.name) continue
    const data = await (kind === 'configmap' ? lookup.configMap(ref.name) : lookup.secret(ref.name))
    if (!data && !ref.optional) throw missing(kind, ref.name)
    for (const [key, value] of Object.entries(data ?? {})) result[`${source.prefix ?? ''}${key}`] = value
  }
  return result
}

async function referred(
  variable: EnvVar,
  container: Container,
  pod: PlacedPod,
  around: Surroundings,
  lookup: Lookup,
): Promise<string | undefined> {
  const from = variable.valueFrom
  if (from?.fieldRef)
    return known(
      fieldOf(from.fieldRef.fieldPath, pod, around),
      `unsupported fieldPath: ${from.fieldRef.fieldPath}`,
    )
  if (from?.resourceFieldRef) {
    return known(
      resourceOf(from.resourceFieldRef, pod, container, around),
      `unsupported resource: ${from.resourceFieldRef.resource}`,
    )
  }
  const [kind, ref] = from?.configMapKeyRef
    ? (['configmap', from.configMapKeyRef] as const)
    : (['secret', from?.secretKeyRef] as const)
  if (!ref?.name) return undefined
  const data = await (kind === 'configmap' ? lookup.configMap(ref.name) : lookup.secret(ref.name))
  const value = data?.[ref.key]
  if (value !== undefined || ref.optional) return value
  if (!data) throw missing(kind, ref.name)
  const title = kind === 'configmap' ? 'ConfigMap' : 'Secret'
  throw new NodeError(
    'CreateContainerConfigError',
    `couldn't find key ${ref.key} in ${title} ${pod.namespace}/${ref.name}`,
  )
}

function missing(kind: 'configmap' | 'secret', name: string): NodeError {
  return new NodeError('CreateContainerConfigError', `${kind} "${name}" not found`)
}

function known(value: string | undefined, problem: string): string {
  if (value === undefined) throw new NodeError('CreateContainerConfigError', problem)
  return value
}
