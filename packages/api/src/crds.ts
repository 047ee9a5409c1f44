/** Every CustomResourceDefinition of Orlop. */
import { type CustomResourceDefinition, redisCrd } from './redis/crd.ts'

export function crds(): CustomResourceDefinition[] {
  return [redisCrd()]
}
