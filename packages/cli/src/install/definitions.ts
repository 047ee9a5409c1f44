/** The definitions of our kinds as `orlop install` applies them: with the version that they are of. */
import { crds, labels } from '@orlop/api'
import type { CustomResourceDefinition } from '@orlop/kube'
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version

export function ourDefinitions(): CustomResourceDefinition[] {
  // The schema types of @orlop/api and those of Kubernetes describe the same JSON.
  return crds().map((crd) => {
    const wanted = crd as CustomResourceDefinition
    const { metadata } = wanted
    return { ...wanted, metadata: { ...metadata, labels: { ...metadata.labels, [labels.version]: version } } }
  })
}
