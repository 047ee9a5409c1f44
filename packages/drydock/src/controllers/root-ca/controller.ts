/** Every namespace has the certificate that pods trust: pkg/controller/certificates/rootcacertpublisher. */
import { isDeepStrictEqual } from 'node:util'
import { isForbidden, isNotFound, keyOf, resources, watches } from '@orlop/kube'
import { rootAuthority, rootAuthorityName } from '../../root-authority.ts'
import { createOnce } from '../careful-writes.ts'
import { type ControllerContext, register } from '../context.ts'

export function rootAuthorities(context: ControllerContext): void {
  const { client, manager, authority } = context
  if (authority === undefined) return
  const namespaces = manager.reflector(resources.namespaces)
  const maps = manager.reflector(resources.configMaps)
  register(context, {
    name: 'root-ca-certificate-publisher',
    reconcile: async ({ name }, signal) => {
      const namespace = namespaces.store.get(name)
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return
      const wanted = { apiVersion: 'v1', kind: 'ConfigMap', ...rootAuthority(name, { authority }) }
      const live = maps.store.get(`${name}/${rootAuthorityName}`)
      if (live === undefined) {
        await createOnce(client, resources.configMaps, wanted, signal).catch((error: unknown) => {
          // The namespace has begun to go, or is gone.
          if (!isForbidden(error) && !isNotFound(error)) throw error
        })
      } else if (!isDeepStrictEqual(live.data, wanted.data)) {
        await client.update(resources.configMaps, { ...live, data: wanted.data }, { signal })
      }
    },
    sources: [
      watches(namespaces, (namespace) => [keyOf(namespace)]),
      watches(maps, ({ metadata }) =>
        metadata.name === rootAuthorityName ? [metadata.namespace ?? ''] : [],
      ),
    ],
  })
}
