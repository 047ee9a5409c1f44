import {
  type Client,
  type Clock,
  type ConfigMap,
  isNotFound,
  type KubeObject,
  type Log,
  Reflector,
  type Resource,
  resources,
  type Secret,
} from '@orlop/kube'

/** ConfigMaps and Secrets for volumes and environments. */
export interface Objects {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>
  secret(namespace: string, name: string): Promise<Secret | undefined>
  /** Calls `listener` with "configmap/namespace/name" when one changed; returns how to stop that. */
  onChange(listener: (reference: string) => void): () => void
  run(signal: AbortSignal): Promise<void>
}

/**
 * Reads are live, for a Pod may name a Secret made a moment before, which a cache does not know yet; watches only tell that something changed.
 */
export function watchedObjects(o: { client: Client; log: Log; clock: Clock; random: () => number }): Objects {
  const listeners = new Set<(reference: string) => void>()
  const reflectors = [
    reflect(resources.configMaps, 'configmap', o, listeners),
    reflect(resources.secrets, 'secret', o, listeners),
  ]
  return {
    configMap: (namespace, name) => read(o.client, resources.configMaps, namespace, name),
    secret: (namespace, name) => read(o.client, resources.secrets, namespace, name),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async run(signal) {
      await Promise.all(reflectors.map((reflector) => reflector.run(signal)))
    },
  }
}

function reflect<T extends KubeObject>(
  resource: Resource<T>,
  kind: string,
  o: { client: Client; log: Log; clock: Clock; random: () => number },
  listeners: ReadonlySet<(reference: string) => void>,
): Reflector<KubeObject> {
  // Only names are kept: the contents are read when they are needed.
  const transform = (object: KubeObject): KubeObject => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  })
  const reflector = new Reflector<KubeObject>({ ...o, resource, transform })
  reflector.subscribe((change) => {
    const { namespace, name } = change.object.metadata
    for (const listener of listeners) listener(`${kind}/${namespace}/${name}`)
  })
  return reflector
}

async function read<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  try {
    return await client.get(resource, { namespace, name })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
