/** Which level of PodSecurity the namespaces ask for. Operator and caches keep to the strictest, `restricted`. */
import { isNotFound, type Namespace, resources } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'
import { answersWithin } from '../surroundings.ts'

export const podSecurity: Check = {
  name: 'pod-security',
  title: 'PodSecurity',
  run: async ({ client, signal, operatorNamespace, namespaces }) => {
    const seen: Seen[] = []
    for (const name of new Set([operatorNamespace, ...namespaces])) {
      try {
        const namespace = await client.get(resources.namespaces, { name }, { signal, timeout: answersWithin })
        seen.push({ name, namespace })
      } catch (error) {
        if (!isNotFound(error)) throw error
        seen.push({ name, namespace: undefined })
      }
    }
    return judgePodSecurity(seen, operatorNamespace)
  },
}

export interface Seen {
  readonly name: string
  /** Undefined where it is not there. */
  readonly namespace: Namespace | undefined
}

/** Label of pod-security-admission `api/constants.go`. */
const enforce = 'pod-security.kubernetes.io/enforce'

export function judgePodSecurity(seen: readonly Seen[], operatorNamespace: string): Finding {
  const missing = seen.filter(({ name, namespace }) => namespace === undefined && name !== operatorNamespace)
  const ending = seen.filter(({ namespace }) => namespace?.status?.phase === 'Terminating')
  const said = seen
    .map(({ name, namespace }) => {
      if (namespace === undefined) return `${name} is not there${name === operatorNamespace ? ' yet' : ''}`
      return `${name} asks for ${namespace.metadata.labels?.[enforce] ?? 'none'}`
    })
    .join(', ')
  if (ending.length > 0) {
    const [first] = ending
    return {
      result: 'fail',
      seen: `${said}; ${first?.name} is being deleted, nothing can be made in it`,
      remedy: `wait until it is gone: kubectl get namespace ${first?.name} -o yaml says what holds it`,
    }
  }
  if (missing.length > 0) {
    return { result: 'warn', seen: said, remedy: `kubectl create namespace ${missing[0]?.name}` }
  }
  return { result: 'ok', seen: `${said}; operator and caches keep to restricted, so every level will do` }
}
