import { allVerbs, builtInKinds, type KindInfo } from './kinds.ts'
import { type ApiObject, objectAt, objectsAt, stringAt, stringsAt } from './object.ts'
import type { Storage } from './storage/storage.ts'

export const crdResource = 'apiextensions.k8s.io/customresourcedefinitions'

/** The kinds that exist now: built-in ones, and those of the definitions in the store, the moment they are stored. */
export class Registry {
  #custom: readonly KindInfo[] = []
  #byResource = new Map<string, KindInfo>()
  #generation = 0

  constructor(storage: Storage) {
    const read = () => this.#read(storage.list(crdResource).map((record) => record.object))
    read()
    storage.subscribe(crdResource, read)
  }

  /** Grows with every change, for those who cache what they derive from the kinds. */
  get generation(): number {
    return this.#generation
  }

  get kinds(): readonly KindInfo[] {
    return [...builtInKinds, ...this.#custom]
  }

  resolve(group: string, version: string, plural: string): KindInfo | undefined {
    return this.#byResource.get(`${group}/${version}/${plural}`)
  }

  /** Whether kinds of a group are there without any definition. */
  isBuiltIn(group: string): boolean {
    return builtInKinds.some((kind) => kind.group === group)
  }

  /** The kind that an `apiVersion` and `kind` name. */
  resolveKind(group: string, version: string, kind: string): KindInfo | undefined {
    return this.kinds.find((info) => info.group === group && info.version === version && info.kind === kind)
  }

  /** Groups with their versions, preferred first, in the order of discovery. The core group is ''. */
  groups(): { group: string; versions: string[] }[] {
    const groups = new Map<string, string[]>()
    for (const { group, version } of this.kinds) {
      const versions = groups.get(group) ?? []
      if (!versions.includes(version)) versions.push(version)
      groups.set(group, versions)
    }
    return [...groups].map(([group, versions]) => ({ group, versions: versions.sort(byPriority) }))
  }

  #read(definitions: readonly ApiObject[]): void {
    this.#generation += 1
    this.#custom = definitions.flatMap(customKinds)
    this.#byResource = new Map(
      [...builtInKinds, ...this.#custom].map((kind) => [
        `${kind.group}/${kind.version}/${kind.plural}`,
        kind,
      ]),
    )
  }
}

function customKinds(crd: ApiObject): KindInfo[] {
  const names = objectAt(crd, 'spec', 'names')
  const group = stringAt(crd, 'spec', 'group') ?? ''
  const plural = stringAt(names, 'plural') ?? ''
  const kind = stringAt(names, 'kind') ?? ''
  const versions = objectsAt(crd, 'spec', 'versions')
  const storage = versions.find((version) => version.storage === true)
  return versions
    .filter((version) => version.served === true)
    .map((version) => ({
      group,
      version: stringAt(version, 'name') ?? '',
      kind,
      listKind: stringAt(names, 'listKind') ?? `${kind}List`,
      plural,
      singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
      shortNames: stringsAt(names, 'shortNames'),
      categories: stringsAt(names, 'categories'),
      namespaced: stringAt(crd, 'spec', 'scope') !== 'Cluster',
      subresources: ['scale', 'status'].filter(
        (name) => objectAt(version, 'subresources', name) !== undefined,
      ),
      verbs: allVerbs,
      storedAs: `${group}/${plural}`,
      storageVersion: stringAt(storage, 'name') ?? '',
      crd,
    }))
}

/** v2 before v1 before v1beta2 before v1alpha1 before anything else, as Kubernetes sorts versions. */
export function byPriority(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)]
  for (let index = 0; index < left.length; index += 1) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a < b ? -1 : 1
}

function rank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (!match) return [0, 0, 0]
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1
  return [stage, Number(match[1]), Number(match[3] ?? 0)]
}
