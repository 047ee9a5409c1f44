/** Asking the API server what the current user may do: SelfSubjectAccessReview takes one question at a time. */
import type { Access } from './access.ts'
import { answersWithin, type Surroundings } from './surroundings.ts'

type Asking = Pick<Surroundings, 'client' | 'signal'>

export interface Answer {
  readonly access: Access
  readonly allowed: boolean
}

/** How many questions are under way at once. */
const atOnce = 8

export async function inTurns(look: Asking, accesses: readonly Access[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let i = 0; i < accesses.length; i += atOnce) {
    answers.push(...(await Promise.all(accesses.slice(i, i + atOnce).map((access) => review(look, access)))))
  }
  return answers
}

/** Undefined when all of them are allowed. */
export async function firstDenied(look: Asking, accesses: readonly Access[]): Promise<Access | undefined> {
  for (let i = 0; i < accesses.length; i += atOnce) {
    const answers = await inTurns(look, accesses.slice(i, i + atOnce))
    const denied = answers.find(({ allowed }) => !allowed)
    if (denied !== undefined) return denied.access
  }
  return undefined
}

async function review({ client, signal }: Asking, access: Access): Promise<Answer> {
  const { verb, group, resource, namespace, name } = access
  const [plural = '', subresource] = resource.split('/')
  const resourceAttributes = {
    verb,
    group,
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
  const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
    signal,
    timeout: answersWithin,
  })
  return { access, allowed: inside(answer, 'status', 'allowed') === true }
}

/** As the API server knows the current user. */
export async function userName({ client, signal }: Asking): Promise<string> {
  const answer = await client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    signal,
    timeout: answersWithin,
  })
  const name = inside(answer, 'status', 'userInfo', 'username')
  return typeof name === 'string' ? name : 'you'
}

function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (outer, key) =>
      typeof outer === 'object' && outer !== null
        ? Object.entries(outer).find(([name]) => name === key)?.[1]
        : undefined,
    value,
  )
}
