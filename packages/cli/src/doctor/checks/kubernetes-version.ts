/** Whether the API server is new enough, and what an older one lacks. */
import type { Check, Finding } from '../check.ts'
import { answersWithin } from '../surroundings.ts'

export const oldest = 29
/** The newest that the tests run against. */
export const newestTried = 34

/**
 * What is missing before a version, as far as it touches caches. When each feature became the default: `Version` in
 * kubernetes/pkg/features/kube_features.go.
 */
const lacks: readonly { readonly before: number; readonly what: string }[] = [
  {
    // CRDValidationRatcheting
    before: 30,
    what: 'before 1.30 a resource that an upgrade of Orlop finds wrong in one field cannot be changed in another one either',
  },
  {
    // RecoverVolumeExpansionFailure
    before: 32,
    what: 'before 1.32 a volume that was asked too large stays stuck: it cannot be asked smaller again',
  },
]

export const kubernetesVersion: Check = {
  name: 'kubernetes-version',
  title: 'Kubernetes version',
  run: async ({ client, signal }) =>
    judgeVersion(await client.request('GET', '/version', { signal, timeout: answersWithin })),
}

/** @param answer of `GET /version` (apimachinery `pkg/version.Info`); some providers write `minor: "34+"` */
export function judgeVersion(answer: unknown): Finding {
  const info = typeof answer === 'object' && answer !== null ? answer : {}
  const major = 'major' in info ? Number.parseInt(String(info.major), 10) : Number.NaN
  const minor = 'minor' in info ? Number.parseInt(String(info.minor), 10) : Number.NaN
  const said = 'gitVersion' in info ? String(info.gitVersion) : `v${major}.${minor}`
  if (!Number.isInteger(major) || !Number.isInteger(minor)) {
    return { result: 'unknown', seen: 'the server does not tell its version' }
  }
  if (major < 1 || (major === 1 && minor < oldest)) {
    return {
      result: 'fail',
      seen: `${said}: its API server cannot read the rules in our definitions (they compare quantities, since 1.${oldest})`,
      remedy: `upgrade the cluster to 1.${oldest} or newer`,
    }
  }
  if (major > 1 || minor > newestTried) {
    return { result: 'ok', seen: `${said}, newer than the newest that is tested (1.${newestTried})` }
  }
  const details = lacks.filter(({ before }) => minor < before).map(({ what }) => what)
  return { result: 'ok', seen: said, ...(details.length > 0 ? { details } : {}) }
}
