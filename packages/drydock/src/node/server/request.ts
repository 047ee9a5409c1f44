/** A request of the API server to a kubelet. */
export interface KubeletRequest {
  readonly kind: 'containerLogs' | 'exec' | 'attach' | 'portForward'
  readonly namespace: string
  readonly pod: string
  /** Empty for port-forward. */
  readonly container: string
  readonly query: URLSearchParams
}

/** Undefined for a path the kubelet does not serve. */
export function parseRequest(url: string): KubeletRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'http://kubelet')
  const [, kind, namespace, pod, container = ''] = pathname.split('/').map(decodeURIComponent)
  if (kind !== 'containerLogs' && kind !== 'exec' && kind !== 'attach' && kind !== 'portForward')
    return undefined
  if (!namespace || !pod || (kind !== 'portForward' && !container)) return undefined
  return { kind, namespace, pod, container, query: searchParams }
}

/** "true" and "1", as clients of Kubernetes write them. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value === 'true' || value === '1'
}
