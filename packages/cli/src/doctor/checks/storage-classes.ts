/** Where caches with persistence keep their data: whether there is a default, and what each class can do. */
import type { StorageClass } from '@orlop/kube'
import type { Check, Finding } from '../check.ts'

export const storageClasses: Check = {
  name: 'storage-classes',
  title: 'Storage classes',
  run: async (look) => judgeStorageClasses(await look.storageClasses()),
}

/** The beta name is still read by the API server (`plugin/pkg/admission/storage/storageclass/setdefault`). */
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

export function judgeStorageClasses(classes: readonly StorageClass[]): Finding {
  if (classes.length === 0) {
    return {
      result: 'warn',
      seen: 'there is none: caches with persistence would wait for a volume for ever; those without are not concerned',
      remedy: 'install a provisioner, or use persistence.mode none (the default of profile cache)',
    }
  }
  const details = classes.map(
    (one) => `${one.metadata.name}${isDefault(one) ? ' (default)' : ''}: ${means(one)}`,
  )
  const defaults = classes.filter(isDefault)
  const [only] = defaults
  if (only === undefined) {
    const [some] = classes
    return {
      result: 'warn',
      seen: `${few(classes.length)}, none is the default: every cache with persistence has to name one`,
      details,
      remedy: `kubectl annotate storageclass ${some?.metadata.name} storageclass.kubernetes.io/is-default-class=true   (or set persistence.storage.storageClassName)`,
    }
  }
  if (defaults.length > 1) {
    return {
      result: 'warn',
      seen: `${defaults.length} classes say that they are the default; Kubernetes takes the newest of them`,
      details,
      remedy: `keep one: kubectl annotate storageclass ${only.metadata.name} storageclass.kubernetes.io/is-default-class-`,
    }
  }
  const name = only.metadata.name
  if (only.allowVolumeExpansion !== true) {
    return {
      result: 'warn',
      seen: `${few(classes.length)}; the default, ${name}, cannot grow a volume: persistence.storage.size can never be raised`,
      details,
      remedy: `where its provisioner can: kubectl patch storageclass ${name} -p '{"allowVolumeExpansion":true}'`,
    }
  }
  if (only.volumeBindingMode !== 'WaitForFirstConsumer') {
    return {
      result: 'warn',
      seen: `${few(classes.length)}; the default, ${name}, makes a volume before the pod has a node: the volume decides the zone, and caches are not spread`,
      details,
      remedy:
        'use a class with volumeBindingMode WaitForFirstConsumer (it cannot be changed in one that is there)',
    }
  }
  return { result: 'ok', seen: `${few(classes.length)}; the default is ${name}`, details }
}

function means({
  provisioner,
  reclaimPolicy,
  allowVolumeExpansion,
  volumeBindingMode,
}: StorageClass): string {
  return [
    provisioner,
    allowVolumeExpansion === true ? 'volumes grow' : 'volumes do not grow',
    reclaimPolicy === 'Retain'
      ? 'Retain: a volume outlives its claim'
      : 'Delete: deleting a claim, or its namespace, deletes the data',
    volumeBindingMode === 'WaitForFirstConsumer'
      ? 'made where the pod runs'
      : 'made before the pod has a node',
  ].join(', ')
}

function isDefault({ metadata }: StorageClass): boolean {
  return defaultAnnotations.some((annotation) => metadata.annotations?.[annotation] === 'true')
}

function few(count: number): string {
  return count === 1 ? 'one class' : `${count} classes`
}
