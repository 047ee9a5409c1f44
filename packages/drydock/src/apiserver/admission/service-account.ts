/** What the admission plugin ServiceAccount does to a new pod: plugin/pkg/admission/serviceaccount/admission.go. */
import { rootAuthorityName } from '../../root-authority.ts'
import type { Api } from '../api.ts'
import { type ApiObject, ensureObject, type JsonObject, objectsAt, stringAt, valueAt } from '../object.ts'
import { forbidden } from '../status.ts'

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const pods = { group: '', plural: 'pods', kind: 'Pod' }

/**
 * Gives a pod what it needs to speak to the API server, unless it or its account does not want that.
 * Throws Forbidden for an account that does not exist; `default` may be on its way.
 */
export function mountServiceAccount(pod: ApiObject, api: Api): void {
  if (api.inCluster === undefined) return
  const spec = ensureObject(pod, 'spec')
  const name = stringAt(spec, 'serviceAccountName') ?? 'default'
  const namespace = pod.metadata.namespace ?? ''
  const account = api.storage.get('/serviceaccounts', namespace, name)?.object
  if (account === undefined && name !== 'default')
    throw forbidden(
      pods,
      pod.metadata.name,
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    )
  const pullSecrets = objectsAt(account, 'imagePullSecrets')
  if (objectsAt(spec, 'imagePullSecrets').length === 0 && pullSecrets.length > 0)
    spec.imagePullSecrets = structuredClone(pullSecrets)
  const wanted =
    valueAt(spec, 'automountServiceAccountToken') ?? valueAt(account, 'automountServiceAccountToken')
  if (wanted !== false) mountToken(spec, api)
}

function mountToken(spec: JsonObject, api: Api): void {
  const volumes = objectsAt(spec, 'volumes')
  const known = volumes.find((volume) => stringAt(volume, 'name')?.startsWith('kube-api-access-'))
  const volume = known ?? tokenVolume(`kube-api-access-${api.random.suffix(5)}`)
  let used = false
  for (const list of ['initContainers', 'containers']) {
    for (const container of objectsAt(spec, list)) {
      const mounts = objectsAt(container, 'volumeMounts')
      if (mounts.some((mount) => mount.mountPath === tokenPath)) continue
      container.volumeMounts = [...mounts, { name: volume.name, readOnly: true, mountPath: tokenPath }]
      used = true
    }
  }
  if (used && known === undefined) spec.volumes = [...volumes, volume]
}

function tokenVolume(name: string): JsonObject {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: rootAuthorityName, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  }
}
