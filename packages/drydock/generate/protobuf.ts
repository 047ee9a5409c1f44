import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { builtInKinds } from '../src/apiserver/kinds.ts'
import { isObject, objectAt } from '../src/apiserver/object.ts'
import { schemaDocument } from '../src/apiserver/schema/document.ts'

/**
 * Writes the field numbers of the messages that clients send in protobuf, from the generated.proto files of the Go modules
 * k8s.io/api and k8s.io/apimachinery (Apache-2.0): `node generate/protobuf.ts API_MODULE_FOLDER APIMACHINERY_MODULE_FOLDER`.
 */
type Field = [name: string, type: string, shape: '' | 'list' | 'map' | 'inline' | 'omitempty']
type Messages = Record<string, Record<string, Field>>

const [api = '', machinery = ''] = process.argv.slice(2)
const messages: Messages = {}
for (const folder of [api, machinery]) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('generated.proto')) continue
    read(readFileSync(join(folder, file), 'utf8'))
  }
}

for (const folder of [api, machinery]) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/(^|\/)types[^/]*\.go$/.test(file)) markOmitted(folder, file)
  }
}

const alsoSent = [
  'k8s.io.api.policy.v1.Eviction',
  'k8s.io.api.authentication.v1.TokenRequest',
  'k8s.io.api.autoscaling.v1.Scale',
  'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions',
]
const roots = [
  ...builtInKinds.map(({ group, version, kind }) => `${packageOf(group)}.${version}.${kind}`),
  ...alsoSent,
]
const wanted: Messages = {}
for (const root of roots) keep(root)
const path = join(import.meta.dirname, '../src/apiserver/protobuf/messages.json.br')
writeFileSync(path, brotliCompressSync(JSON.stringify(wanted)))
console.log(`${Object.keys(wanted).length} messages`)

/** The Go package of a group: the group's name without its domain. */
function packageOf(group: string): string {
  return `k8s.io.api.${group === '' ? 'core' : group === 'rbac.authorization.k8s.io' ? 'rbac' : (group.split('.')[0] ?? '')}`
}

function read(source: string): void {
  const text = source.replace(/\/\/.*$/gm, '')
  const within = /^package (\S+);/m.exec(text)?.[1] ?? ''
  for (const message of text.matchAll(/^message (\w+) \{([^}]*)\}/gm)) {
    const name = `${within}.${message[1]}`
    const fields: Record<string, Field> = {}
    for (const field of (message[2] ?? '').matchAll(
      /(optional|repeated|map<string, *([\w.]+)>) *([\w.]*) +(\w+) = (\d+);/g,
    )) {
      const [, label = '', mapped, plain = '', fieldName = '', number = ''] = field
      const type = absolute(mapped ?? plain, within)
      const shape =
        mapped !== undefined
          ? 'map'
          : label === 'repeated'
            ? 'list'
            : isInline(name, fieldName, type)
              ? 'inline'
              : ''
      fields[number] = [fieldName, type, shape]
    }
    messages[name] = fields
  }
}

/** Plain fields that Go leaves out of JSON where they are zero, and yet sends in protobuf. */
function markOmitted(folder: string, file: string): void {
  const proto = join(folder, dirname(file), 'generated.proto')
  if (!existsSync(proto)) return
  const within = /^package (\S+);/m.exec(readFileSync(proto, 'utf8'))?.[1] ?? ''
  const source = readFileSync(join(folder, file), 'utf8')
  for (const [, name, body = ''] of source.matchAll(/^type (\w+) struct \{([\s\S]*?)^\}/gm)) {
    const fields = messages[`${within}.${name}`] ?? {}
    for (const [, number = ''] of body.matchAll(
      // The tag of a number or boolean says `bytes` in places where somebody mistook it.
      /^\s+\w+\s+(?:[\w.]+\s+`json:"\w+,omitempty" protobuf:"varint|(?:int32|int64|bool)\s+`json:"\w+,omitempty" protobuf:"bytes),(\d+),/gm,
    )) {
      const field = fields[number]
      if (field?.[2] === '') field[2] = 'omitempty'
    }
  }
}

function absolute(type: string, within: string): string {
  if (type.startsWith('.')) return type.slice(1)
  return /^(string|bool|bytes|double|int32|int64)$/.test(type) ? type : `${within}.${type}`
}

/** Embedded Go structs are messages on the wire, and their fields stand in the JSON object itself. */
function isInline(message: string, field: string, type: string): boolean {
  if (!type.includes('.')) return false
  const schema = schemaDocument().schemas.get(message.replace(/^k8s\.io\./, 'io.k8s.'))
  const properties = objectAt(schema, 'properties')
  return isObject(properties) && !(field in properties)
}

function keep(name: string): void {
  const fields = messages[name]
  if (fields === undefined || wanted[name] !== undefined) return
  wanted[name] = fields
  for (const [, type] of Object.values(fields)) keep(type)
}
