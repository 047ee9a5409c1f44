import type { Answer } from '../answer.ts'
import type { Api } from '../api.ts'
import { administrator } from '../auth.ts'
import { apiVersionOf } from '../kinds.ts'
import { isObject, type JsonObject, stringAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'

/** Answers questions about who one is and what one may do. Access is not limited here: whoever has a token may do all. */
export function review(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  const body = isObject(request.body) ? request.body : {}
  const answer: JsonObject = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: {} }
  if (body.spec !== undefined) answer.spec = body.spec
  answer.status = statusOf(api, kind.kind, body)
  return { as: 'json', code: 201, body: answer }
}

function statusOf(api: Api, kind: string, body: JsonObject): JsonObject {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: userInfo(administrator) }
    case 'TokenReview': {
      const user = api.authenticator.user(stringAt(body, 'spec', 'token') ?? '')
      return user === undefined
        ? { authenticated: false, user: {}, error: 'invalid bearer token' }
        : { authenticated: true, user: userInfo(user), audiences: ['https://kubernetes.default.svc'] }
    }
    case 'SelfSubjectRulesReview':
      return {
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      }
    default:
      return { allowed: true, reason: 'everybody with a token may do everything' }
  }
}

function userInfo(username: string): JsonObject {
  const account = username.startsWith('system:serviceaccount:')
  return { username, groups: [account ? 'system:serviceaccounts' : 'system:masters', 'system:authenticated'] }
}
