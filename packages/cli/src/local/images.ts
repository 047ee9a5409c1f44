/** The images of this machine, and which pods run in them. */
import {
  type ImageStore,
  imageStore,
  paths,
  runningDrydock,
  type StoredImage,
  stateFolder,
} from '@orlop/drydock'
import { type Pod, resources } from '@orlop/kube'
import type { Context } from '../context.ts'
import { withCluster } from './cluster.ts'

/** The store; the local Kubernetes need not run. */
export function openStore(env: Context['env']): ImageStore {
  return imageStore(paths.images(stateFolder(env)))
}

/** NAMESPACE/NAME of the pods that run in an image now; none where the local Kubernetes does not run. */
export type PodsIn = (image: StoredImage) => readonly string[]

export async function podsInImages(context: Context): Promise<PodsIn> {
  if (!(await runningDrydock(stateFolder(context.env)))) return () => []
  const pods = await withCluster(context, {}, async ({ client }) => {
    const { items } = await client.list(resources.pods, { signal: context.signal })
    return items.map((pod) => ({
      name: `${pod.metadata.namespace}/${pod.metadata.name}`,
      images: runningImages(pod),
    }))
  })
  return ({ id, digest }) =>
    pods
      .filter(({ images }) =>
        images.some((own) => own === id || (digest !== '' && own.endsWith(`@${digest}`))),
      )
      .map(({ name }) => name)
}

function runningImages({ status }: Pod): readonly string[] {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
    .filter((container) => container.state?.running !== undefined)
    .map((container) => container.imageID)
}
