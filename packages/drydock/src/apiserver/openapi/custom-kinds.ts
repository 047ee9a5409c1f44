import type { KindInfo } from '../kinds.ts'
import { allVerbs } from '../kinds.ts'
import { type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import type { KindSchemas } from './path-items.ts'

/** A kind of a CustomResourceDefinition in one of its versions, and its schemas. */
export interface CustomKind {
  readonly kind: KindInfo
  readonly names: KindSchemas
  readonly schemas: ReadonlyMap<string, JsonObject>
}

/** The kinds that a definition serves: one for each version. */
export function customKinds(crd: JsonObject): CustomKind[] {
  return objectsAt(crd, 'spec', 'versions')
    .filter((version) => version.served === true)
    .map((version) => customKind(crd, version))
}

function customKind(crd: JsonObject, version: JsonObject): CustomKind {
  const group = stringAt(crd, 'spec', 'group') ?? ''
  const names = objectAt(crd, 'spec', 'names') ?? {}
  const name = stringAt(version, 'name') ?? ''
  const kind = stringAt(names, 'kind') ?? ''
  const plural = stringAt(names, 'plural') ?? ''
  const listKind = stringAt(names, 'listKind') ?? `${kind}List`
  // As the real server names them: the group backwards, then version and kind.
  const prefix = [...group.split('.').reverse(), name].join('.')
  const schemas = { object: `${prefix}.${kind}`, list: `${prefix}.${listKind}` }
  const subresources = Object.keys(objectAt(version, 'subresources') ?? {})
  const schema = objectAt(version, 'schema', 'openAPIV3Schema') ?? { type: 'object' }
  const gvk = (of: string): JsonObject => ({
    'x-kubernetes-group-version-kind': [{ group, version: name, kind: of }],
  })
  return {
    kind: {
      group,
      version: name,
      kind,
      listKind,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [],
      categories: [],
      namespaced: stringAt(crd, 'spec', 'scope') !== 'Cluster',
      subresources,
      verbs: allVerbs,
      storedAs: `${group}/${plural}`,
      storageVersion: name,
      crd: { apiVersion: '', kind: '', metadata: { name: '' }, ...crd },
    },
    names: schemas,
    schemas: new Map([
      [schemas.object, { ...withObjectFields(schema), ...gvk(kind) }],
      [schemas.list, { ...listOf(schemas.object, kind), ...gvk(listKind) }],
    ]),
  }
}

const apiVersion: JsonObject = {
  type: 'string',
  description: 'The versioned schema of this representation of an object.',
}
const kind: JsonObject = { type: 'string', description: 'The kind of this object, in CamelCase.' }

function metadata(type: 'ObjectMeta' | 'ListMeta', description: string): JsonObject {
  return {
    allOf: [{ $ref: `#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.${type}` }],
    description,
  }
}

function withObjectFields(schema: JsonObject): JsonObject {
  const properties = {
    ...objectAt(schema, 'properties'),
    apiVersion,
    kind,
    metadata: metadata('ObjectMeta', "Standard object's metadata."),
  }
  return { ...schema, properties }
}

function listOf(name: string, of: string): JsonObject {
  return {
    type: 'object',
    description: `${of}List is a list of ${of}`,
    required: ['items'],
    properties: {
      apiVersion,
      kind,
      metadata: metadata('ListMeta', 'Standard list metadata.'),
      items: {
        type: 'array',
        description: `List of ${of}.`,
        items: { $ref: `#/components/schemas/${name}` },
      },
    },
  }
}
