import { contains, type KubeObject } from '@orlop/kube'
import { appliedAnnotation } from './build/metadata.ts'

/**
 * Whether what lives is what is wanted: made from the same wish (its fingerprint says so, which also notices a field that
 * is no longer wanted), and nobody has changed a field of it since.
 */
export function isCurrent(live: KubeObject | undefined, wanted: KubeObject): boolean {
  if (!live) return false
  const stamp = (object: KubeObject): string | undefined => object.metadata.annotations?.[appliedAnnotation]
  return stamp(live) === stamp(wanted) && contains(live, wanted)
}
