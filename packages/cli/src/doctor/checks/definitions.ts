/** Whether the cluster knows our kinds, as this program knows them. */
import { type CustomResourceDefinition, isNotFound, resources } from '@orlop/kube'
import { ourDefinitions } from '../../install/definitions.ts'
import { managersOf } from '../../install/managers.ts'
import type { Check, Finding } from '../check.ts'
import { ageOf } from '../definition-version.ts'
import { answersWithin } from '../surroundings.ts'

export const definitions: Check = {
  name: 'definitions',
  title: 'Definitions',
  run: async ({ client, signal }) => {
    const pairs: Pair[] = []
    for (const ours of ourDefinitions()) {
      const { name } = ours.metadata
      const live = await client
        .get(resources.customResourceDefinitions, { name }, { signal, timeout: answersWithin })
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined
          throw error
        })
      pairs.push({ ours, live })
    }
    return judgeDefinitions(pairs)
  },
}

export interface Pair {
  readonly ours: CustomResourceDefinition
  readonly live: CustomResourceDefinition | undefined
}

export function judgeDefinitions(pairs: readonly Pair[]): Finding {
  const told = pairs.map(({ ours, live }) => ({ name: ours.metadata.name, live, ...ageOf(live, ours) }))
  const details = told.flatMap(({ name, live }) => {
    const others = live === undefined ? [] : managersOf(live).filter((manager) => !manager.ours)
    return others.map((manager) => `${name} was also written by ${manager.name}`)
  })
  const going = told.find(({ live }) => live?.metadata.deletionTimestamp !== undefined)
  if (going) {
    return {
      result: 'fail',
      seen: `${going.name} is being deleted, and every resource of its kind with it`,
      remedy: `wait until it is gone: kubectl get crd ${going.name} -o yaml says what holds it`,
    }
  }
  const newer = told.find((one) => one.age === 'newer')
  if (newer?.age === 'newer') {
    return {
      result: 'fail',
      seen: `${newer.name} is newer than this program: ${newer.why}`,
      details,
      remedy:
        'use the orlop of that version; orlop install --force puts the older definition there, and what it does not know is lost',
    }
  }
  const broken = told.find(({ live }) => live !== undefined && !isEstablished(live))
  if (broken) {
    const why = broken.live?.status?.conditions?.find(({ status }) => status === 'False')
    return {
      result: 'fail',
      seen: `${broken.name} is not served: ${why?.message ?? 'the server has not said why'}`,
      remedy: `kubectl describe crd ${broken.name}`,
    }
  }
  const older = told.filter(({ age }) => age === 'older').map(({ name }) => name)
  if (older.length > 0) {
    return {
      result: 'warn',
      seen: `not as this program knows it: ${older.join(', ')}`,
      details,
      remedy: 'orlop install brings it up to date',
    }
  }
  const missing = told.filter(({ age }) => age === 'missing').map(({ name }) => name)
  if (missing.length > 0) return { result: 'ok', seen: `not there yet: ${missing.join(', ')}` }
  return {
    result: 'ok',
    seen: `${told.map(({ name }) => name).join(', ')}: as this program knows them`,
    details,
  }
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') ?? false
}
