/** Whether the current user may make what `orlop install` makes. */

import { type Access, accessesToInstall, mayEverything, theRulesOf } from '../access.ts'
import { firstDenied, inTurns, userName } from '../access-review.ts'
import type { Check, Finding } from '../check.ts'
import type { Surroundings } from '../surroundings.ts'

export const permissions: Check = {
  name: 'permissions',
  title: 'Permissions',
  run: async (look) => {
    const [everything] = await inTurns(look, [mayEverything])
    if (everything?.allowed === true) return { result: 'ok', seen: 'you may do everything' }
    const { manifest } = look
    if (manifest === undefined)
      return { result: 'unknown', seen: 'what would be installed is not here: make build' }
    const user = await userName(look)
    const missing = await denied(look, accessesToInstall(manifest))
    if (missing.length > 0) return judgePermissions(missing, user)
    // Nobody may give rights that he has not got, unless he may "escalate" (kubernetes pkg/registry/rbac/escalation_check.go).
    const escalate = await denied(look, ['clusterroles', 'roles'].map(mayEscalate))
    if (escalate.length === 0) return judgePermissions([], user)
    const lacking = await firstDenied(look, theRulesOf(manifest))
    if (lacking === undefined) return judgePermissions([], user)
    const { details = [], ...finding } = judgePermissions([lacking], user)
    return {
      ...finding,
      details: [...details, 'the operator needs it, and nobody can grant what he may not do himself'],
    }
  },
}

const mayEscalate = (resource: string): Access => ({
  verb: 'escalate',
  group: 'rbac.authorization.k8s.io',
  resource,
  namespace: undefined,
})

async function denied(look: Surroundings, accesses: readonly Access[]): Promise<Access[]> {
  return (await inTurns(look, accesses)).filter(({ allowed }) => !allowed).map(({ access }) => access)
}

/** @param missing what the user may not do */
export function judgePermissions(missing: readonly Access[], user: string): Finding {
  if (missing.length === 0) return { result: 'ok', seen: `${user} may make everything that is installed` }
  const verbs = new Map<string, string[]>()
  for (const { verb, group, resource, namespace } of missing) {
    const what = `${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`
    verbs.set(what, [...(verbs.get(what) ?? []), verb])
  }
  return {
    result: 'fail',
    seen: `${user} may not ${missing[0]?.verb} ${[...verbs][0]?.[0]}${verbs.size > 1 ? `, and ${verbs.size - 1} more` : ''}`,
    details: [...verbs].map(([what, all]) => `${all.join(', ')} ${what}`),
    remedy: `an administrator runs: kubectl create clusterrolebinding orlop-installer --clusterrole=cluster-admin --user='${user}'   (or installs it: orlop install --print | kubectl apply --server-side -f -)`,
  }
}
