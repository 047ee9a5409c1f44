/** Kinds of others that are called like ours: no harm, but `kubectl get redis` may mean theirs. */
import { crds } from '@orlop/api'
import { type CustomResourceDefinition, resources } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'
import { answersWithin } from '../surroundings.ts'

export const otherOperators: Check = {
  name: 'other-operators',
  title: 'Other operators',
  run: async ({ client, signal }) => {
    const { items } = await client.list(resources.customResourceDefinitions, {
      signal,
      timeout: answersWithin,
    })
    return judgeOthers(items, crds())
  },
}

type Names = { readonly group?: string; readonly names?: Readonly<Record<string, unknown>> }

export function judgeOthers(
  installed: readonly CustomResourceDefinition[],
  ours: readonly { readonly spec?: unknown }[],
): Finding {
  const taken = new Set(ours.flatMap(({ spec }) => namesOf(spec)))
  const groups = new Set(ours.map(({ spec }) => groupOf(spec)))
  const alike = installed.filter(
    ({ spec }) => !groups.has(groupOf(spec)) && namesOf(spec).some((name) => taken.has(name)),
  )
  if (alike.length === 0) return { result: 'ok', seen: 'no other kind is called like one of ours' }
  const list = alike.map(({ metadata }) => metadata.name).sort()
  return {
    result: 'ok',
    seen: `${list.join(', ')}: called like ours, and not touched by Orlop`,
    details: ['write the group to be sure whose is meant: kubectl get redis.orlop.dev'],
  }
}

function groupOf(spec: unknown): string {
  const { group = '' }: Names = typeof spec === 'object' && spec !== null ? spec : {}
  return group
}

/** All by which kubectl finds a kind. */
function namesOf(spec: unknown): string[] {
  const { names = {} }: Names = typeof spec === 'object' && spec !== null ? spec : {}
  const { plural, singular, kind, shortNames } = names
  const short: unknown[] = Array.isArray(shortNames) ? shortNames : []
  return [plural, singular, kind, ...short].flatMap((name) =>
    typeof name === 'string' ? [name.toLowerCase()] : [],
  )
}
