import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { apiAudience } from '../auth.ts'
import { apiVersionOf } from '../kinds.ts'
import { type ApiObject, type JsonObject, objectAt, stringAt, stringsAt } from '../object.ts'
import { objectFrom } from '../request/object-body.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { badRequest } from '../status.ts'
import { checkAccessReview } from '../validation/access-review.ts'

/**
 * Answers questions about who one is and what one may do. Access is not limited here: whoever has a token may do all.
 * Throws BadRequest and Invalid.
 */
export function review(api: Api, request: ResourceRequest): Answer {
  const { kind } = request
  const asked = objectFrom(request.body ?? {}, request)
  const head = { kind: kind.kind, apiVersion: apiVersionOf(kind) }
  const { name, namespace, ...others } = asked.metadata
  const metadata = {
    ...(name === '' ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...others,
  }
  const spec = { spec: objectAt(asked, 'spec') ?? {} }
  const body = ((): JsonObject => {
    switch (kind.kind) {
      case 'SelfSubjectReview': {
        const created = { creationTimestamp: timestamp(api.clock.now()) }
        return { metadata: created, status: { userInfo: whoAsks(api, request) } }
      }
      case 'TokenReview':
        return { metadata, ...spec, status: tokenStatus(api, asked) }
      case 'SelfSubjectRulesReview':
        if ((stringAt(asked, 'spec', 'namespace') ?? '') === '') throw badRequest('no namespace on request')
        return { metadata, spec: {}, status: everything }
      default:
        checkAccessReview(asked, kind.kind, request.namespace ?? '')
        return {
          metadata,
          ...spec,
          status: { allowed: true, reason: 'everybody with a token may do everything' },
        }
    }
  })()
  return { as: 'json', code: 201, body: { ...head, ...body } }
}

const everything: JsonObject = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
}

function whoAsks(api: Api, { token }: ResourceRequest): object {
  return api.authenticator.user(token)?.user ?? {}
}

function tokenStatus(api: Api, asked: ApiObject): JsonObject {
  const token = stringAt(asked, 'spec', 'token') ?? ''
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  const named = stringsAt(asked, 'spec', 'audiences')
  const found = api.authenticator.user(token, named.length === 0 ? [apiAudience] : named)
  if (found === undefined) return { user: {}, error: 'invalid bearer token' }
  return { authenticated: true, user: found.user, audiences: found.audiences }
}
