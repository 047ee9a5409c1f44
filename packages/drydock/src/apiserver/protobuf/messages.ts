import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { isObject } from '../object.ts'

const shapes = ['', 'list', 'map', 'inline', 'omitempty'] as const

/** A field of a message: its name in JSON, its type, and how often it comes. */
export interface MessageField {
  readonly name: string
  readonly type: string
  /**
   * `inline`: an embedded struct, whose fields stand in the JSON object itself. `omitempty`: a number or boolean that is not there
   * where it is zero.
   */
  readonly shape: (typeof shapes)[number]
}

export type Message = ReadonlyMap<number, MessageField>

let loaded: ReadonlyMap<string, Message> | undefined

/** The messages of the kinds that are served, as generate/protobuf.ts wrote them; read at the first call. */
export function messages(): ReadonlyMap<string, Message> {
  loaded ??= load()
  return loaded
}

function load(): ReadonlyMap<string, Message> {
  // By way of the parent folder: there a bundle finds it, too.
  const packed = readFileSync(new URL('../protobuf/messages.json.br', import.meta.url))
  const source: unknown = JSON.parse(brotliDecompressSync(packed).toString('utf8'))
  return new Map(
    isObject(source) ? Object.entries(source).map(([name, fields]) => [name, message(fields)]) : [],
  )
}

function message(fields: unknown): Message {
  if (!isObject(fields)) return new Map()
  return new Map(
    Object.entries(fields).map(([number, field]) => {
      const [name, type, shape]: unknown[] = Array.isArray(field) ? field : []
      const known = shapes.find((one) => one === shape) ?? ''
      return [Number(number), { name: String(name), type: String(type), shape: known }]
    }),
  )
}

/** The message of a kind that a body says it holds; undefined for one that is not known in protobuf. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const goPackage = group === '' ? 'core' : group.split('.')[0]
  const name =
    kind === 'DeleteOptions'
      ? 'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions'
      : `k8s.io.api.${goPackage}.${version}.${kind}`
  return messages().has(name) ? name : undefined
}
