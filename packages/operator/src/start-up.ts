/** What keeps the operator from working at all, found before it begins, with what a person can do about it. */
import { redisResource } from '@orlop/api'
import { type Client, type Clock, isNotFound, KubeError, type Log } from '@orlop/kube'
import { mapBounded } from './bounded.ts'
import { atHome, inCluster, inNamespaces, type Permission } from './permissions.ts'

/** `code` is stable: NotInstalled, NotAllowed, Unreachable. */
export interface Obstacle {
  readonly code: 'NotInstalled' | 'NotAllowed' | 'Unreachable'
  readonly message: string
  readonly remedy: string
}

export interface Scope {
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly leaseNamespace: string
}

/** Questions asked at the same time. */
const asking = 16

/** How often to look again while something is in the way, in ms. */
const lookEvery = 3000

/** Resolves when nothing is in the way; until then says what is, each time that changes. @throws KubeError `Aborted` */
export async function untilPossible(
  tools: { readonly client: Client; readonly clock: Clock; readonly log: Log },
  scope: Scope,
  tell: (waitingFor: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  let told: string | undefined
  for (;;) {
    const found = await findObstacles(tools.client, scope, signal)
    const text = found.map(({ message }) => message).join('; ')
    tell(text === '' ? undefined : text)
    if (found.length === 0) return
    if (text !== told) {
      for (const { code, message, remedy } of found) {
        tools.log.error({ code, remedy }, `waiting: ${message}`)
      }
    }
    told = text
    await tools.clock.sleep(lookEvery, signal)
  }
}

/** What is in the way now. Asks only what everybody may ask: discovery, and about one's own rights. */
export async function findObstacles(client: Client, scope: Scope, signal: AbortSignal): Promise<Obstacle[]> {
  try {
    return [...(await unknownKinds(client, signal)), ...(await missingRights(client, scope, signal))]
  } catch (error) {
    if (signal.aborted || !(error instanceof KubeError)) throw error
    return [
      {
        code: 'Unreachable',
        message: `the API server cannot be asked (${error.code}): ${error.message}`,
        remedy: 'see that the operator can reach it: address, network policies, credentials',
      },
    ]
  }
}

async function unknownKinds(client: Client, signal: AbortSignal): Promise<Obstacle[]> {
  const { group, version, plural, kind } = redisResource
  const served = await client.request('GET', `/apis/${group}/${version}`, { signal }).catch((error) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (namesOf(served).includes(plural)) return []
  return [
    {
      code: 'NotInstalled',
      message: `the API server does not know the kind ${kind} of ${group}/${version}`,
      remedy:
        'install the CustomResourceDefinitions: they are in orlop.yaml, and in the chart with crds.install=true',
    },
  ]
}

function namesOf(served: unknown): unknown[] {
  const list = typeof served === 'object' && served !== null && 'resources' in served ? served.resources : []
  if (!Array.isArray(list)) return []
  return list.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined,
  )
}

interface Question {
  readonly permission: Permission
  readonly verb: string
  /** Empty: the cluster as a whole. */
  readonly namespace: string
}

async function missingRights(client: Client, scope: Scope, signal: AbortSignal): Promise<Obstacle[]> {
  const { namespaces, leaseNamespace } = scope
  const asked = (list: readonly Permission[], places: readonly string[]): Question[] =>
    places.flatMap((namespace) =>
      list.flatMap((permission) => permission.verbs.map((verb) => ({ permission, verb, namespace }))),
    )
  const questions = [
    ...asked(inNamespaces, namespaces.length === 0 ? [''] : namespaces),
    ...asked(inCluster, ['']),
    ...asked(atHome, [leaseNamespace]),
  ]
  const answers = await mapBounded(questions, asking, (question) => isAllowed(client, question, signal))
  const missing = new Map<string, string[]>()
  for (const [i, { permission, verb, namespace }] of questions.entries()) {
    if (answers[i] === true) continue
    const what = [permission.resource, permission.group].filter((part) => part !== '').join('.')
    const where = namespace === '' ? 'in the whole cluster' : `in namespace ${namespace}`
    const rule = `${what} ${where}`
    missing.set(rule, [...(missing.get(rule) ?? []), verb])
  }
  if (missing.size === 0) return []
  const rules = [...missing].map(([rule, verbs]) => `${verbs.join(', ')} ${rule}`)
  return [
    {
      code: 'NotAllowed',
      message: `the operator's account may not ${rules.join('; ')}`,
      remedy:
        'install the roles of this version (kubectl apply -f orlop.yaml, or helm upgrade), for the namespaces that the operator is told to look after',
    },
  ]
}

/** Kubernetes: authorization.k8s.io/v1 SelfSubjectAccessReview; `system:basic-user` lets everybody ask. */
async function isAllowed(client: Client, question: Question, signal: AbortSignal): Promise<boolean> {
  const { permission, verb, namespace } = question
  const [resource, subresource] = permission.resource.split('/')
  const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          group: permission.group,
          resource,
          verb,
          ...(subresource === undefined ? {} : { subresource }),
          ...(namespace === '' ? {} : { namespace }),
          ...(permission.names?.[0] === undefined ? {} : { name: permission.names[0] }),
        },
      },
    },
    signal,
  })
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'status' in answer &&
    typeof answer.status === 'object' &&
    answer.status !== null &&
    'allowed' in answer.status &&
    answer.status.allowed === true
  )
}
