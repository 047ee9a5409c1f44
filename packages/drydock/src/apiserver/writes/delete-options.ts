import { isObject, type JsonObject, numberAt, stringAt, stringsAt } from '../object.ts'
import { goKind } from '../request/json-scan.ts'
import { isTrue, type ResourceRequest } from '../request/resource-request.ts'
import { invalid, notSupported } from '../schema/field-error.ts'
import { ApiError, badRequest, type Cause } from '../status.ts'
import { dryRunFaults, optionsInvalid } from './options.ts'

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteOptions {
  readonly dryRun: boolean
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: PropagationPolicy
  readonly uid?: string
  readonly resourceVersion?: string
}

/** From the body (a DeleteOptions); where there is none, from the query. Throws BadRequest and Invalid. */
export function deleteOptions({ body, query }: Pick<ResourceRequest, 'body' | 'query'>): DeleteOptions {
  const given = isObject(body) ? checked(body) : fromQuery(query)
  const policy = stringAt(given, 'propagationPolicy')
  const dryRun = stringsAt(given, 'dryRun').filter((value) => value !== '')
  const causes = [...policyFaults(policy, given.orphanDependents), ...dryRunFaults(dryRun)]
  if (causes.length > 0) throw optionsInvalid('DeleteOptions', causes)
  const grace = numberAt(given, 'gracePeriodSeconds')
  const propagation = isPolicy(policy) ? policy : ofOrphans(given.orphanDependents)
  const uid = stringAt(given, 'preconditions', 'uid')
  const resourceVersion = stringAt(given, 'preconditions', 'resourceVersion')
  return {
    dryRun: dryRun.includes('All'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

/** The older way to say it. */
function ofOrphans(value: unknown): PropagationPolicy | undefined {
  return value === undefined || value === null ? undefined : value === true ? 'Orphan' : 'Background'
}

function isPolicy(policy: string | undefined): policy is PropagationPolicy {
  return policy === 'Background' || policy === 'Foreground' || policy === 'Orphan'
}

function policyFaults(policy: string | undefined, orphans: unknown): Cause[] {
  if (policy === undefined) return []
  const field = 'propagationPolicy'
  const both = 'orphanDependents and deletionPropagation cannot be both set'
  return [
    ...(orphans === undefined || orphans === null ? [] : [invalid(field, policy, both)]),
    ...(isPolicy(policy) ? [] : [notSupported(field, policy, ['Foreground', 'Background', 'Orphan', 'nil'])]),
  ]
}

function checked(body: JsonObject): JsonObject {
  const { apiVersion = 'v1', kind = 'DeleteOptions', gracePeriodSeconds: grace } = body
  if (kind !== 'DeleteOptions') {
    const registered = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`
    throw new ApiError(500, '', registered)
  }
  if (grace !== undefined && grace !== null && !Number.isInteger(grace)) {
    const got = typeof grace === 'number' ? `number ${grace}` : goKind(grace)
    const into = 'Go struct field DeleteOptions.gracePeriodSeconds of type int64'
    throw new ApiError(500, '', `json: cannot unmarshal ${got} into ${into}`)
  }
  return body
}

function fromQuery(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds')
  if (grace !== null && !/^[-+]?\d+$/.test(grace))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`)
  const orphans = query.get('orphanDependents')
  const policy = query.get('propagationPolicy')
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphans === null ? {} : { orphanDependents: isTrue(orphans) }),
  }
}
