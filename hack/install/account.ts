/** The operator's service account as whoever holds its token. */
import { type Client, type ConnectionConfig, createClient, KubeError } from '@orlop/kube'
import { stringify } from 'yaml'

export interface Account {
  readonly client: Client
  /** A kubeconfig with its token. */
  readonly kubeconfig: string
  /** Whether the API server's authorizer lets it. `what` is a plural, with its group and subresource: `pods/exec`, `statefulsets.apps`. */
  may(verb: string, what: string, namespace?: string, name?: string): Promise<boolean>
}

export async function accountOf(
  admin: Client,
  connection: ConnectionConfig,
  namespace: string,
): Promise<Account> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/orlop-operator/token`
  const token = stringAt(
    await admin.request('POST', path, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    }),
    'token',
  )
  const { server, ca = '' } = connection
  const client = createClient({ server, ca, token })
  return {
    client,
    kubeconfig: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      clusters: [
        {
          name: 'x',
          cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
        },
      ],
      users: [{ name: 'x', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }),
    async may(verb, what, where, name) {
      const [kind = '', subresource] = what.split('/')
      const [resource, ...group] = kind.split('.')
      const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: {
            resourceAttributes: {
              verb,
              resource,
              subresource,
              group: group.join('.'),
              namespace: where,
              name,
            },
          },
        },
      })
      return valueAt(answer, 'allowed') === true
    },
  }
}

/** A field of the status of what the API server answered. */
function valueAt(answer: unknown, field: string): unknown {
  const status: unknown = Reflect.get(Object(answer), 'status')
  return Reflect.get(Object(status), field)
}

function stringAt(answer: unknown, field: string): string {
  const value = valueAt(answer, field)
  if (typeof value !== 'string') throw new KubeError('Internal', `no ${field} in ${JSON.stringify(answer)}`)
  return value
}
