import type { ConfigMap, Pod } from '../src/kinds.ts'

export function pod(name: string, more: { namespace?: string; labels?: Record<string, string> } = {}): Pod {
  const { namespace = 'default', labels } = more
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...(labels ? { labels } : {}) } }
}

export function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }
}
