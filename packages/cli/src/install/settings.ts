/** Image and number of the operator's pods. */
import type { KubeObject } from '@orlop/kube'
import type { Wishes } from './manifest.ts'

/** The object with what the user wants otherwise than the file says; only a Deployment has it. */
export function settled(
  object: KubeObject,
  { image, replicas }: Pick<Wishes, 'image' | 'replicas'>,
): KubeObject {
  if (object.kind !== 'Deployment' || !hasTemplate(object)) return object
  const { spec } = object
  const containers = spec.template.spec.containers.map((container) => ({
    ...container,
    ...(image === undefined ? {} : { image }),
  }))
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } }
  const wished = { ...object, spec: { ...spec, template, ...(replicas === undefined ? {} : { replicas }) } }
  return wished
}

interface Templated {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly object[] } } }
}

export function hasTemplate(object: KubeObject): object is KubeObject & Templated {
  const spec = field(object, 'spec')
  return Array.isArray(field(field(field(spec, 'template'), 'spec'), 'containers'))
}

/** A field of any value; undefined where there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}
