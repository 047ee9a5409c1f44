import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { apiAudience, type Bound } from '../auth.ts'
import type { KindInfo } from '../kinds.ts'
import { type ApiObject, type JsonObject, numberAt, objectAt, stringAt, stringsAt } from '../object.ts'
import { objectFrom } from '../request/object-body.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { invalid as invalidValue } from '../schema/field-error.ts'
import { badRequest, conflict, invalid, notFound } from '../status.ts'
import { findRecord } from '../verbs/read.ts'

const requested = { group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' }

/** What a token can be bound to, by `apiVersion/kind`. */
const bindable: ReadonlyMap<string, string> = new Map([
  ['v1/Pod', 'pods'],
  ['v1/Secret', 'secrets'],
  ['v1/Node', 'nodes'],
])

/**
 * A token for a service account. It is opaque, not a JWT: only this server can tell whose it is.
 * Throws Invalid, BadRequest, NotFound and Conflict as registry/core/serviceaccount/storage/token.go does.
 */
export function requestToken(api: Api, request: ResourceRequest): Answer {
  const kind: KindInfo = { ...request.kind, ...requested, version: 'v1' }
  const asked = objectFrom(request.body ?? {}, { ...request, kind, name: '' })
  const account = findRecord(api, request)
  const { name, namespace, uid = '' } = account.object.metadata
  if (asked.metadata.name !== '' && asked.metadata.name !== name) {
    const why = 'must match the service account name if specified'
    throw invalid(requested, name, [invalidValue('metadata.name', asked.metadata.name, why)])
  }
  const spec = objectAt(asked, 'spec') ?? {}
  const seconds = numberAt(spec, 'expirationSeconds') ?? 3600
  checkDuration(asked, seconds)
  const bound = boundTo(api, account.namespace, objectAt(spec, 'boundObjectRef'))
  const named = stringsAt(spec, 'audiences')
  const audiences = named.length === 0 ? [apiAudience] : named
  const expires = api.clock.now() + seconds * 1000
  const token = api.random.token()
  if (!request.query.has('dryRun')) {
    const grant = { namespace: account.namespace, account: name, accountUid: uid, audiences }
    api.authenticator.admit(token, { ...grant, ...(bound && { bound }) }, expires)
  }
  const answer = {
    kind: requested.kind,
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: timestamp(api.clock.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: timestamp(expires) },
  }
  return { as: 'json', code: 201, body: answer }
}

function checkDuration({ metadata }: ApiObject, seconds: number): void {
  const refused = (why: string): Error =>
    invalid(requested, metadata.name, [invalidValue('spec.expirationSeconds', seconds, why)])
  if (seconds < 600) throw refused('may not specify a duration less than 10 minutes')
  if (seconds > 2 ** 32) throw refused('may not specify a duration larger than 2^32 seconds')
}

function boundTo(api: Api, namespace: string, reference: JsonObject | undefined): Bound | undefined {
  if (reference === undefined) return undefined
  const at = (field: string): string => stringAt(reference, field) ?? ''
  const plural = bindable.get(`${at('apiVersion')}/${at('kind')}`)
  if (plural === undefined)
    throw badRequest(`cannot bind token to object of type /${at('apiVersion')}, Kind=${at('kind')}`)
  const name = at('name')
  if (name === '') throw badRequest('Name parameter required.')
  const resource = `/${plural}`
  const found = api.storage.get(resource, plural === 'nodes' ? '' : namespace, name)
  const kind = { group: '', plural, kind: at('kind') }
  if (found === undefined) throw notFound(kind, name)
  const { uid = '' } = found.object.metadata
  if (at('uid') !== '' && at('uid') !== uid) {
    const why = `the UID in the bound object reference (${at('uid')}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ ...kind, plural: kind.kind }, name, why)
  }
  return { resource, name, uid }
}
