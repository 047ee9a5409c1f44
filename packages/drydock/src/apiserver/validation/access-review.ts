import { type ApiObject, type JsonObject, objectAt, objectsAt, stringAt, stringsAt } from '../object.ts'
import { invalid as invalidValue, required } from '../schema/field-error.ts'
import { type Cause, invalid } from '../status.ts'

/**
 * What pkg/apis/authorization/validation asks of a review of access; the refusal names no kind, as the real one.
 * Throws Invalid.
 */
export function checkAccessReview(asked: ApiObject, kind: string, namespace: string): void {
  const spec = objectAt(asked, 'spec') ?? {}
  const causes = [...attributes(spec), ...(kind.startsWith('Self') ? [] : subject(spec)), ...metadata(asked)]
  if (kind === 'LocalSubjectAccessReview') causes.push(...local(spec, namespace))
  if (causes.length > 0) throw invalid({ group: 'authorization.k8s.io', plural: '', kind: '' }, '', causes)
}

function attributes(spec: JsonObject): Cause[] {
  const resource = objectAt(spec, 'resourceAttributes')
  const path = objectAt(spec, 'nonResourceAttributes')
  if (resource !== undefined && path !== undefined)
    return [
      invalidValue(
        'spec.nonResourceAttributes',
        inGo(path),
        'cannot be specified in combination with resourceAttributes',
      ),
    ]
  if (resource === undefined && path === undefined)
    return [
      invalidValue(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ]
  return ['fieldSelector', 'labelSelector'].flatMap((name) =>
    selector(objectAt(resource, name), `spec.resourceAttributes.${name}`),
  )
}

function selector(given: JsonObject | undefined, field: string): Cause[] {
  if (given === undefined) return []
  const raw = stringAt(given, 'rawSelector') ?? ''
  const requirements = objectsAt(given, 'requirements')
  if (raw !== '' && requirements.length > 0)
    return [invalidValue(`${field}.rawSelector`, raw, 'may not specified at the same time as requirements')]
  if (raw === '' && requirements.length === 0)
    return [
      required(
        `${field}.requirements`,
        `when ${field} is specified, requirements or rawSelector is required`,
      ),
    ]
  return []
}

function subject(spec: JsonObject): Cause[] {
  const user = stringAt(spec, 'user') ?? ''
  if (user !== '' || stringsAt(spec, 'groups').length > 0) return []
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')]
}

function metadata({ metadata: given }: ApiObject): Cause[] {
  const { namespace: _, name, ...rest } = given
  const left = { ...(name === '' ? {} : { name }), ...rest }
  return Object.keys(left).length === 0 ? [] : [invalidValue('metadata', left, 'must be empty')]
}

function local(spec: JsonObject, namespace: string): Cause[] {
  const path = objectAt(spec, 'nonResourceAttributes')
  if (path !== undefined)
    return [invalidValue('spec.nonResourceAttributes', inGo(path), 'disallowed on this kind of request')]
  const named = stringAt(spec, 'resourceAttributes', 'namespace') ?? ''
  if (named === namespace) return []
  return [invalidValue('spec.resourceAttributes.namespace', named, 'must match metadata.namespace')]
}

/** The internal type says its fields in capitals. */
function inGo(path: JsonObject): JsonObject {
  return { Path: stringAt(path, 'path') ?? '', Verb: stringAt(path, 'verb') ?? '' }
}
