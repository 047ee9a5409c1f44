import type { Answer } from '../answer.ts'
import { type Api, timestamp } from '../api.ts'
import { isObject, numberAt, objectAt } from '../object.ts'
import type { ResourceRequest } from '../request/resource-request.ts'
import { findRecord } from '../verbs/read.ts'

/** A token for a service account. It is opaque, not a JWT: only this server can tell whose it is. */
export function requestToken(api: Api, request: ResourceRequest): Answer {
  const account = findRecord(api, request)
  const body = isObject(request.body) ? request.body : {}
  const seconds = numberAt(body, 'spec', 'expirationSeconds') ?? 3600
  const expires = api.clock.now() + seconds * 1000
  const token = api.random.token()
  api.authenticator.admit(token, `system:serviceaccount:${account.namespace}:${account.name}`, expires)
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: account.name,
      namespace: account.namespace,
      creationTimestamp: timestamp(api.clock.now()),
    },
    spec: {
      audiences: ['https://kubernetes.default.svc'],
      ...objectAt(body, 'spec'),
      expirationSeconds: seconds,
    },
    status: { token, expirationTimestamp: timestamp(expires) },
  }
  return { as: 'json', code: 201, body: answer }
}
