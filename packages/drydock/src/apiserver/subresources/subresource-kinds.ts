import type { KindInfo } from '../kinds.ts'

interface SubresourceKind {
  group: string
  version: string
  kind: string
  verbs: readonly string[]
}

const readWrite = ['get', 'patch', 'update']
const special: Readonly<Record<string, SubresourceKind>> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: readWrite },
  attach: { group: '', version: 'v1', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  exec: { group: '', version: 'v1', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  portforward: { group: '', version: 'v1', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  log: { group: '', version: 'v1', kind: 'Pod', verbs: ['get'] },
  binding: { group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  finalize: { group: '', version: 'v1', kind: 'Namespace', verbs: ['update'] },
}

/** What a subresource takes and gives, as discovery tells it. */
export function subresourceKinds(kind: KindInfo, name: string): SubresourceKind {
  return special[name] ?? { group: kind.group, version: kind.version, kind: kind.kind, verbs: readWrite }
}
