import { ApiError } from '../status.ts'

/** In which form a client wants objects. */
export type Form =
  /** As they are. */
  | 'whole'
  /** Rows and columns for people: `kubectl get`. */
  | 'table'
  /** Nothing but their metadata: garbage collectors and the like. */
  | 'metadata'

const binary = 'application/vnd.kubernetes.protobuf'
const json = ['application/json', '*/*']
const known = ['application/json', 'application/yaml', binary]
const watched = ['application/json;stream=watch', `${binary};stream=watch`]

/**
 * The first form of an Accept header that this server has. Types that a real server has and this one does not (protobuf,
 * YAML) are passed over, and a header of nothing else is answered in JSON, which every client of Kubernetes can read.
 * @param collection whether a list is asked for, which could be watched
 * @throws ApiError `NotAcceptable` where a real server has nothing to offer either.
 */
export function acceptedForm(accept: string | undefined, collection = false): Form {
  const ranges = (accept || '*/*').split(',').map((range) => range.split(';').map((part) => part.trim()))
  let any = false
  let others = false
  for (const [type = '', ...parameters] of ranges) {
    any ||= json.includes(type) || known.includes(type) || type === ''
    others ||= known.includes(type) && type !== 'application/json'
    if (!json.includes(type) && type !== '') continue
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3)
    if (as === undefined) return 'whole'
    if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) continue
    if (as === 'Table') return 'table'
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata'
  }
  if (others) return 'whole'
  if (any)
    throw new ApiError(
      406,
      'NotAcceptable',
      `only the following media types are accepted: ${known.join(', ')}`,
    )
  const offered = collection ? [...known, ...watched] : known
  const message = `406: Not Acceptable\n\nAvailable representations: ${offered.join(', ')}`
  throw new ApiError(406, 'NotAcceptable', message, {})
}
