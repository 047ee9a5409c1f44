import { isTrue } from '../request/resource-request.ts'
import { forbidden, notSupported } from '../schema/field-error.ts'
import { badRequest, type Cause, invalid } from '../status.ts'

/** What a list or watch asks for besides its selectors: metav1.ListOptions. */
export interface ListOptions {
  /** 0 for none. */
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly match: string
  /** Seconds; 0 where nothing is said. */
  readonly timeoutSeconds: number
  readonly sendInitialEvents: boolean | undefined
  readonly bookmarks: boolean
}

/**
 * Reads and checks the query of a list or watch.
 * Rules: k8s.io/apimachinery pkg/apis/meta/internalversion/validation. Throws BadRequest and Invalid.
 */
export function listOptions(query: URLSearchParams, watching: boolean): ListOptions {
  const initial = query.get('sendInitialEvents')
  const options: ListOptions = {
    limit: Math.max(0, integer(query.get('limit'))),
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: integer(query.get('timeoutSeconds')),
    sendInitialEvents: initial === null ? undefined : isTrue(initial),
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
  }
  const causes = watching ? watchFaults(options) : listFaults(options)
  if (causes.length === 0) return options
  throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', causes)
}

function integer(text: string | null): number {
  if (text === null || text === '') return 0
  if (/^[-+]?\d+$/.test(text)) return Number(text)
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
}

const matchField = 'resourceVersionMatch'

function listFaults({ match, resourceVersion, ...options }: ListOptions): Cause[] {
  const causes: Cause[] = []
  const no = (why: string) => causes.push(forbidden(matchField, `resourceVersionMatch ${why}`))
  if (match !== '') {
    if (resourceVersion === '') no('is forbidden unless resourceVersion is provided')
    if (options.continue !== '') no('is forbidden when continue is provided')
    if (match !== 'Exact' && match !== 'NotOlderThan')
      causes.push(notSupported(matchField, match, ['Exact', 'NotOlderThan', '']))
    if (match === 'Exact' && resourceVersion === '0') no('"exact" is forbidden for resourceVersion "0"')
  }
  if (options.sendInitialEvents !== undefined)
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return causes
}

function watchFaults({ match, sendInitialEvents, ...options }: ListOptions): Cause[] {
  const causes: Cause[] = []
  const no = (why: string) => causes.push(forbidden(matchField, why))
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    no('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (match === '') return causes
  if (sendInitialEvents === undefined)
    no('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  if (match !== 'NotOlderThan') causes.push(notSupported(matchField, match, ['NotOlderThan']))
  if (options.continue !== '') no('resourceVersionMatch is forbidden when continue is provided')
  return causes
}
