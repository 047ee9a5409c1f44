import type { Client } from '@orlop/kube'
import { fieldOf, resourceOf, type Surroundings } from '../container/field-path.ts'
import { NodeError } from '../node-error.ts'
import type { DownwardItem, PlacedPod, Projection, Volume } from '../pod/types.ts'
import type { Objects } from './objects.ts'
import {
  configMapData,
  insidePath,
  keyedPayload,
  merged,
  type Payload,
  type Selection,
  secretData,
} from './payload.ts'

/** What rendering reads. */
export interface RenderSource {
  readonly client: Client
  readonly objects: Objects
  readonly around: Surroundings
}

/** Whether a volume's files are made by the node from the API. */
export function isRendered(volume: Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected)
}

/** The files of a configMap, secret, downwardAPI or projected volume, as they are now. Throws NodeError `FailedMount`. */
export async function render(volume: Volume, pod: PlacedPod, from: RenderSource): Promise<Payload> {
  if (volume.configMap) return ofConfigMap(volume.configMap.name ?? '', volume.configMap, pod, from)
  if (volume.secret) return ofSecret(volume.secret.secretName ?? '', volume.secret, pod, from)
  if (volume.downwardAPI)
    return ofDownward(volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode, pod, from)
  const parts: Payload[] = []
  const mode = volume.projected?.defaultMode
  for (const source of volume.projected?.sources ?? [])
    parts.push(await ofProjection(source, mode, pod, from))
  return merged(parts)
}

/** "configmap/namespace/name" of everything a volume shows. */
export function referencesOf(volume: Volume, pod: PlacedPod): readonly string[] {
  const names = [
    ['configmap', volume.configMap?.name],
    ['secret', volume.secret?.secretName],
    ...(volume.projected?.sources ?? []).flatMap((s) => [
      ['configmap', s.configMap?.name],
      ['secret', s.secret?.name],
    ]),
  ]
  return names
    .filter(([, name]) => name !== undefined)
    .map(([kind, name]) => `${kind}/${pod.namespace}/${name}`)
}

async function ofConfigMap(
  name: string,
  selection: Selection,
  pod: PlacedPod,
  from: RenderSource,
): Promise<Payload> {
  const object = await from.objects.configMap(pod.namespace, name)
  return keyedPayload(`configmap "${name}"`, object && configMapData(object), selection)
}

async function ofSecret(
  name: string,
  selection: Selection,
  pod: PlacedPod,
  from: RenderSource,
): Promise<Payload> {
  const object = await from.objects.secret(pod.namespace, name)
  return keyedPayload(`secret "${name}"`, object && secretData(object), selection)
}

async function ofProjection(
  source: Projection,
  defaultMode: number | undefined,
  pod: PlacedPod,
  from: RenderSource,
): Promise<Payload> {
  if (source.configMap)
    return ofConfigMap(source.configMap.name ?? '', { ...source.configMap, defaultMode }, pod, from)
  if (source.secret) return ofSecret(source.secret.name ?? '', { ...source.secret, defaultMode }, pod, from)
  if (source.downwardAPI) return ofDownward(source.downwardAPI.items ?? [], defaultMode, pod, from)
  const token = source.serviceAccountToken
  if (!token)
    throw new NodeError('FailedMount', `projected source is not supported: ${Object.keys(source).join(', ')}`)
  const data = Buffer.from(
    await requestToken(pod, token.audience, token.expirationSeconds ?? 3600, from.client),
  )
  return new Map([[insidePath(token.path), { data, mode: defaultMode ?? 0o644 }]])
}

function ofDownward(
  items: readonly DownwardItem[],
  defaultMode: number | undefined,
  pod: PlacedPod,
  from: RenderSource,
): Payload {
  return new Map(
    items.map((item) => {
      const text = item.fieldRef
        ? fieldOf(item.fieldRef.fieldPath, pod, from.around)
        : item.resourceFieldRef && resourceOf(item.resourceFieldRef, pod, undefined, from.around)
      if (text === undefined)
        throw new NodeError('FailedMount', `nothing is known for the downward API file ${item.path}`)
      return [insidePath(item.path), { data: Buffer.from(text), mode: item.mode ?? defaultMode ?? 0o644 }]
    }),
  )
}

/** A token of the pod's service account, bound to the pod: the TokenRequest API. */
async function requestToken(
  pod: PlacedPod,
  audience: string | undefined,
  expirationSeconds: number,
  client: Client,
): Promise<string> {
  const account = pod.spec.serviceAccountName ?? 'default'
  const answer = await client.request(
    'POST',
    `/api/v1/namespaces/${pod.namespace}/serviceaccounts/${account}/token`,
    {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          ...(audience && { audiences: [audience] }),
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid },
        },
      },
    },
  )
  const status =
    typeof answer === 'object' && answer !== null && 'status' in answer ? answer.status : undefined
  if (typeof status === 'object' && status !== null && 'token' in status && typeof status.token === 'string')
    return status.token
  throw new NodeError('FailedMount', `no token was given for service account "${account}"`)
}
