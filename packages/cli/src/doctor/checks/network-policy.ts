/** Whether NetworkPolicies are enforced. No API tells: a server stores them whether or not anything reads them. */
import type { Check, Finding } from '../check.ts'
import type { ProbeReport } from '../probe/report.ts'

export const networkPolicy: Check = {
  name: 'network-policy',
  title: 'NetworkPolicy',
  run: async ({ probe }) => judgeNetworkPolicy(probe),
}

export function judgeNetworkPolicy(probe: ProbeReport | undefined): Finding {
  const seen = probe?.networkPolicy
  if (seen === undefined) {
    return { result: 'unknown', seen: 'whether it is enforced cannot be told by the API; --probe tries it' }
  }
  switch (seen.result) {
    case 'enforced':
      return { result: 'ok', seen: 'a pod that was not let in did not get in' }
    case 'open':
      return {
        result: 'warn',
        seen: 'a pod got in where a policy said it must not: spec.networkPolicy of a cache has no effect here',
        remedy: 'use a network plug-in that enforces NetworkPolicies; passwords protect the caches meanwhile',
      }
    case 'unknown':
      return { result: 'unknown', seen: `could not be tried: ${seen.why}` }
  }
}
