/** In which form a client wants objects. */
export type Form =
  /** As they are. */
  | 'whole'
  /** Rows and columns for people: `kubectl get`. */
  | 'table'
  /** Nothing but their metadata: garbage collectors and the like. */
  | 'metadata'

/**
 * The first form of an Accept header that this server has. Types it does not have (protobuf, CBOR) are passed over,
 * and a header of nothing else is answered in JSON, which every client of Kubernetes can read.
 */
export function acceptedForm(accept: string | undefined): Form {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3)
    if (as === undefined) return 'whole'
    if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) continue
    if (as === 'Table') return 'table'
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata'
  }
  return 'whole'
}
