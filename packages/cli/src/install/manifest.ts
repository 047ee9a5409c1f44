/** What is installed: dist/orlop.yaml as the build made it, and our definitions, with what the user wants otherwise. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { labels } from '@orlop/api'
import type { KubeObject } from '@orlop/kube'
import { CliError } from '../failure.ts'
import { parseManifests } from '../local/manifests.ts'
import { ourDefinitions, version } from './definitions.ts'
import { inOrder } from './kinds.ts'
import { inNamespaces } from './namespaced.ts'
import { field, settled } from './settings.ts'

/** What `orlop install` writes into `app.kubernetes.io/managed-by`: by it `orlop uninstall` knows what is its own. */
export const installer = 'orlop-install'

/** Which operator an object serves: the namespace of it. */
export const installationLabel = 'orlop.dev/installed-for'

export interface Wishes {
  readonly namespace: string
  /** The operator looks after these only; empty: all. */
  readonly namespaces: readonly string[]
  readonly image?: string | undefined
  readonly replicas?: number | undefined
}

/** Reads the file beside the programs. @throws CliError `NotBuilt` */
export async function loadManifest(programs: string, wishes: Wishes): Promise<KubeObject[]> {
  const file = join(programs, 'orlop.yaml')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError('NotBuilt', `${file} is missing`, { cause, remedy: 'make build' })
  }
  return adapt(parseManifests(text, file), wishes)
}

/** Pure: the objects of the file as they are wished, in the order in which they are applied. */
export function adapt(objects: readonly KubeObject[], wishes: Wishes): KubeObject[] {
  // The definitions are those of this very program, whatever the file holds.
  const others = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition')
  const moved = others.map((object) => replaced(object, renderedFor, wishes.namespace))
  const placed = inNamespaces(moved, wishes.namespaces).map((object) => settled(object, wishes))
  const marks = { ...shared, [installationLabel]: wishes.namespace }
  return inOrder([
    // Every operator of a cluster has the same ones.
    ...ourDefinitions().map((definition) => labelled(definition, shared)),
    ...placed.map((object) => labelled(distinct(object, wishes.namespace), marks)),
  ])
}

/** What has no namespace is called after it, where it is not the usual one: two operators do not take it from each other. */
function distinct(object: KubeObject, namespace: string): KubeObject {
  if (namespace === renderedFor || !/^ClusterRole(Binding)?$/.test(object.kind)) return object
  const metadata = { ...object.metadata, name: `${object.metadata.name}:${namespace}` }
  const roleRef = field(object, 'roleRef')
  if (typeof roleRef !== 'object' || roleRef === null) return { ...object, metadata }
  const changed = {
    ...object,
    metadata,
    roleRef: { ...roleRef, name: `${field(roleRef, 'name')}:${namespace}` },
  }
  return changed
}

/** The namespace in dist/orlop.yaml. */
export const renderedFor = 'orlop-system'

/** A copy in which every text that is exactly `from` reads `to`: namespaces stand in metadata, subjects, names and selectors. */
function replaced<T>(value: T, from: string, to: string): T
function replaced(value: unknown, from: string, to: string): unknown {
  if (value === from) return to
  if (Array.isArray(value)) return value.map((item) => replaced(item, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, from, to)]))
}

const shared = { [labels.partOf]: 'orlop', [labels.managedBy]: installer, [labels.version]: version }

function labelled(object: KubeObject, added: Readonly<Record<string, string>>): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...added } } }
}
