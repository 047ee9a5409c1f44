import type { KindInfo } from '../kinds.ts'
import type { Strategy } from '../strategy.ts'
import { crdSchemaOf } from './custom-schema.ts'

/** How objects of a custom kind are written: as the schema and the rules of their definition say. */
export function customStrategy(kind: KindInfo): Strategy {
  const schema = crdSchemaOf(kind)
  if (schema === undefined) return {}
  return {
    prepareCreate: (object) => {
      if (schema.status) delete object.status
    },
    validate: (object, old) => schema.validate(object, old),
    validateStatus: (object, old) => schema.validate(object, old),
  }
}
