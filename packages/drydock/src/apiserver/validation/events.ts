import { type ApiObject, type JsonObject, numberAt, objectAt, sameJson, stringAt } from '../object.ts'
import { invalid, required } from '../schema/field-error.ts'
import type { Cause } from '../status.ts'
import { qualifiedName } from './names.ts'

/** An Event by the names of the core group, in which a real server speaks of those of both groups. */
interface Fields {
  readonly involved: JsonObject
  readonly message: unknown
  readonly source: JsonObject
  readonly first: unknown
  readonly last: unknown
  readonly count: unknown
  readonly controller: string
  readonly controllerField: string
}

function fieldsOf(event: ApiObject): Fields {
  const old = event.apiVersion === 'v1'
  const legacy = (name: string): unknown =>
    event[old ? `${name[0]?.toLowerCase()}${name.slice(1)}` : `deprecated${name}`]
  const controllerField = old ? 'reportingComponent' : 'reportingController'
  const source = legacy('Source')
  return {
    involved: objectAt(event, old ? 'involvedObject' : 'regarding') ?? {},
    message: event[old ? 'message' : 'note'],
    source: objectAt({ source }, 'source') ?? {},
    first: legacy('FirstTimestamp'),
    last: legacy('LastTimestamp'),
    count: legacy('Count'),
    controller: stringAt(event, controllerField) ?? '',
    controllerField,
  }
}

/** `ValidateEventCreate` of pkg/apis/core/validation: the newer group asks for more. */
export function validateEvent(event: ApiObject, old: ApiObject | undefined): Cause[] {
  const causes = validateAny(event)
  if (event.apiVersion === 'v1' || old !== undefined) return causes
  const { first, last, count, source } = fieldsOf(event)
  const unset = (field: string, set: unknown): Cause[] =>
    set ? [invalid(field, '', 'needs to be unset')] : []
  const known = event.type === 'Normal' || event.type === 'Warning'
  return [
    ...causes,
    ...validateSeries(event),
    ...(event.eventTime === undefined ? [required('eventTime')] : []),
    ...(known ? [] : [invalid('type', '', `has invalid value: ${event.type ?? ''}`)]),
    ...unset('firstTimestamp', first),
    ...unset('lastTimestamp', last),
    ...unset('count', count),
    ...unset('source', source.component || source.host),
  ]
}

function validateAny(event: ApiObject): Cause[] {
  const { involved, message, controller, controllerField } = fieldsOf(event)
  const place = stringAt(involved, 'namespace') ?? ''
  const { namespace = '' } = event.metadata
  const elsewhere = [invalid('involvedObject.namespace', place, 'does not match event.namespace')]
  if (event.eventTime === undefined) {
    return place === namespace || (place === '' && namespace === 'default') ? [] : elsewhere
  }
  const atMost = (field: string, value: unknown, limit: number): Cause[] =>
    String(value ?? '').length > limit ? [invalid(field, '', `can have at most ${limit} characters`)] : []
  const needed = (field: string): Cause[] => (stringAt(event, field) ? [] : [required(field)])
  const free = namespace === 'default' || namespace === 'kube-system'
  return [
    ...(place === '' && !free ? elsewhere : []),
    ...(controller === '' ? [required(controllerField)] : []),
    ...qualifiedName(controller).map((why) => invalid(controllerField, controller, why)),
    ...needed('reportingInstance'),
    ...atMost('reportingInstance', event.reportingInstance, 128),
    ...needed('action'),
    ...atMost('action', event.action, 128),
    ...needed('reason'),
    ...atMost('reason', event.reason, 128),
    ...atMost('message', message, 1024),
  ]
}

function validateSeries(event: ApiObject): Cause[] {
  const series = objectAt(event, 'series')
  if (series === undefined) return []
  return [
    ...((numberAt(series, 'count') ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime === undefined ? [required('series.lastObservedTime')] : []),
  ]
}

/** `ValidateEventUpdate`: by the newer group nothing but the series changes. */
export function validateEventUpdate(event: ApiObject, old: ApiObject): Cause[] {
  if (event.apiVersion === 'v1') return []
  const [now, before] = [fieldsOf(event), fieldsOf(old)]
  const pairs: [string, unknown, unknown][] = [
    ['involvedObject', now.involved, before.involved],
    ['reason', event.reason, old.reason],
    ['message', now.message, before.message],
    ['source', now.source, before.source],
    ['firstTimestamp', now.first, before.first],
    ['lastTimestamp', now.last, before.last],
    ['count', now.count, before.count],
    // A real server looks at it twice.
    ['reason', event.reason, old.reason],
    ['type', event.type, old.type],
    ['eventTime', event.eventTime, old.eventTime],
    ['action', event.action, old.action],
    ['related', event.related, old.related],
    ['reportingController', now.controller, before.controller],
    ['reportingInstance', event.reportingInstance, old.reportingInstance],
  ]
  return [
    ...(sameJson(event.series, old.series) ? [] : validateSeries(event)),
    ...pairs.flatMap(([field, value, was]) =>
      sameJson(value, was) ? [] : [invalid(field, value ?? '', 'field is immutable')],
    ),
  ]
}
