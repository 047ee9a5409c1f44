import type { ListItem, ListMeta } from './answer.ts'
import type { Api } from './api.ts'
import { crdSchemaOf } from './custom/custom-schema.ts'
import { apiVersionOf, type KindInfo } from './kinds.ts'
import type { ApiObject, JsonObject } from './object.ts'
import type { Form } from './request/accept.ts'
import { tableFor } from './tables/table-for.ts'

/** Which part of an object the rows of a table carry along. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** How a client wants what it asked for. */
export interface Shape {
  readonly form: Form
  readonly includeObject: IncludeObject
  /** The columns of the table were told before. */
  readonly columnsKnown?: boolean
}

/** One object as JSON text. */
export function renderObject(api: Api, kind: KindInfo, item: ListItem, shape: Shape): string {
  switch (shape.form) {
    case 'whole':
      return item.json
    case 'metadata':
      return JSON.stringify(partial(item.object))
    case 'table': {
      const { resourceVersion = '' } = item.object.metadata
      return renderTable(api, kind, [item], { resourceVersion }, shape)
    }
  }
}

/** A list as JSON text, in pieces: a long one is never in memory as a whole. */
export function renderList(
  api: Api,
  kind: KindInfo,
  metadata: ListMeta,
  items: readonly ListItem[],
  shape: Shape,
): Iterable<string> {
  switch (shape.form) {
    case 'whole':
      return listTexts(kind.listKind, apiVersionOf(kind), metadata, items, ({ json }) => itemText(json, kind))
    case 'metadata':
      return listTexts('PartialObjectMetadataList', 'meta.k8s.io/v1', metadata, items, ({ object }) =>
        JSON.stringify(partial(object)),
      )
    case 'table':
      return [renderTable(api, kind, items, metadata, shape)]
  }
}

function renderTable(
  api: Api,
  kind: KindInfo,
  items: readonly ListItem[],
  metadata: ListMeta,
  { includeObject: include, columnsKnown = false }: Shape,
): string {
  const objects = items.map(({ object }) => object)
  const table = tableFor(kind, objects, {
    crdColumns: crdSchemaOf(kind)?.columns,
    now: api.clock.now(),
    metadata,
  })
  const rows = table.rows.map(({ cells }, index) => {
    const object = objects[index]
    if (object === undefined || include === 'None') return { cells, object: null }
    return { cells, object: include === 'Object' ? object : partial(object) }
  })
  return JSON.stringify({ ...table, ...(columnsKnown ? { columnDefinitions: null } : {}), rows })
}

function partial({ metadata }: ApiObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}

function* listTexts(
  kind: string,
  apiVersion: string,
  metadata: ListMeta,
  items: readonly ListItem[],
  textOf: (item: ListItem) => string,
): Generator<string> {
  const head = `"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)}`
  yield `{${head},"metadata":${JSON.stringify(metadata)},"items":[`
  for (const [i, item] of items.entries()) yield i === 0 ? textOf(item) : `,${textOf(item)}`
  yield ']}'
}

/** Items of built-in lists do not repeat what the list has said: the text is cut after the two first fields. */
function itemText(json: string, kind: KindInfo): string {
  if (kind.crd !== undefined) return json
  const typed = `{"apiVersion":${JSON.stringify(apiVersionOf(kind))},"kind":${JSON.stringify(kind.kind)},`
  return json.startsWith(typed) ? `{${json.slice(typed.length)}` : json
}
