/** Reads manifests and applies them, whatever kinds they are of. */
import { readFile } from 'node:fs/promises'
import { text as readText } from 'node:stream/consumers'
import { type Client, isNotFound, KubeError, type KubeObject, type Resource } from '@orlop/kube'
import { parseAllDocuments } from 'yaml'
import { CliError } from '../failure.ts'

const fieldManager = 'orlop-cli'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
}

/** Every object of a file; Lists are taken apart. */
export async function readManifests(path: string): Promise<KubeObject[]> {
  let text: string
  try {
    text = path === '-' ? await readText(process.stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    const why =
      cause instanceof Error && 'code' in cause
        ? (reasons[String(cause.code)] ?? cause.message)
        : String(cause)
    throw new CliError('FileUnreadable', `cannot read ${path}: ${why}`, {
      cause,
      remedy: 'give a YAML file of Kubernetes objects',
    })
  }
  return parseManifests(text, path)
}

export function parseManifests(text: string, path: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document, index) => {
    const [error] = document.errors
    if (error)
      throw new CliError('BadYaml', `${path}: ${error.message}`, {
        cause: error,
        remedy: 'correct the file; nothing was started or changed',
      })
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return []
    const items = isRecord(value) && Array.isArray(value['items']) ? value['items'] : [value]
    return items.map((item) => asObject(item, `${path}, document ${index + 1}`))
  })
}

function asObject(value: unknown, where: string): KubeObject {
  if (isRecord(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string') {
    const metadata = value['metadata']
    if (isRecord(metadata) && typeof metadata['name'] === 'string') {
      return {
        ...value,
        apiVersion: value['apiVersion'],
        kind: value['kind'],
        metadata: { ...metadata, name: metadata['name'] },
      }
    }
    throw new CliError('BadManifest', `${where}: metadata.name is missing`)
  }
  throw new CliError('BadManifest', `${where}: not a Kubernetes object (apiVersion and kind are needed)`)
}

export interface Applied {
  readonly resource: Resource
  readonly object: KubeObject
}

export async function applyManifests(
  client: Client,
  objects: readonly KubeObject[],
  namespace: string,
  signal: AbortSignal,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const object of objects) {
    const resource = await resourceOf(client, object, signal)
    const placed = resource.namespaced
      ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } }
      : object
    applied.push({ resource, object: await applyOne(client, resource, placed, signal) })
  }
  return applied
}

async function applyOne(
  client: Client,
  resource: Resource,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  try {
    return await client.apply(resource, object, { fieldManager, force: true, signal })
  } catch (error) {
    if (!(error instanceof KubeError) || (error.status !== 400 && error.status !== 422)) throw error
    const causes = error.body?.details?.causes?.filter((c) => c.field !== '<nil>') ?? []
    const why = causes.map((c) => `${c.field}: ${c.message}`).join('\n  ') || error.message
    throw new CliError('Refused', `${object.kind} ${object.metadata.name}: ${why}`, {
      cause: error,
      remedy: 'correct the file and run the command again; what ran before still runs',
    })
  }
}

/** Asks the server what a kind is called in addresses. */
async function resourceOf(client: Client, object: KubeObject, signal: AbortSignal): Promise<Resource> {
  const [group, version] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion]
  const unknown = new CliError(
    'UnknownKind',
    `the cluster knows no kind ${object.kind} in ${object.apiVersion}`,
    {
      remedy: 'check apiVersion and kind, or install what brings that kind',
    },
  )
  let answer: unknown
  try {
    answer = await client.request('GET', group === '' ? `/api/${version}` : `/apis/${group}/${version}`, {
      signal,
    })
  } catch (error) {
    throw isNotFound(error) ? unknown : error
  }
  const list = isRecord(answer) && Array.isArray(answer['resources']) ? answer['resources'] : []
  for (const entry of list) {
    if (!isRecord(entry) || entry['kind'] !== object.kind || typeof entry['name'] !== 'string') continue
    if (entry['name'].includes('/')) continue
    return {
      group: group ?? '',
      version: version ?? '',
      kind: object.kind,
      plural: entry['name'],
      namespaced: entry['namespaced'] === true,
    }
  }
  throw unknown
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
