/** Small objects that cases of the API itself are about, and where they live. */
import { onTestFinished } from 'vitest'
import type { Json } from './api.ts'
import { api, unique, until } from './cluster.ts'

/** Where the objects of a core kind live. */
export function core(ns: string, plural: string): string {
  return `/api/v1/namespaces/${ns}/${plural}`
}

/** Where the objects of another group live: `inGroup('apps/v1', ns, 'deployments')`. */
export function inGroup(group: string, ns: string, plural: string): string {
  return `/apis/${group}/namespaces/${ns}/${plural}`
}

export function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }
}

/** A pod that no scheduler looks at: it changes only when a case changes it. */
export function pod(name: string, spec: object = {}, metadata: object = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'redis' }], ...spec },
  }
}

/** A paused Deployment without pods: no controller has anything to do with it. */
export function deployment(name: string, spec: object = {}): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 0,
      paused: true,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'redis' }] },
      },
      ...spec,
    },
  }
}

export interface CustomKind {
  readonly group: string
  /** `GROUP/v1`. */
  readonly apiVersion: string
  readonly definition: string
  /** Of one namespace. */
  path(ns: string): string
  /** An object of it. */
  object(name: string, fields?: object): Json
}

/** A namespaced kind Thing of a group of its own, served, and gone when the test ends. */
export async function customKind(properties: object, version: object = {}): Promise<CustomKind> {
  const group = `${unique('group')}.example.com`
  const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`
  const schema = { openAPIV3Schema: { type: 'object', properties } }
  const crd = await api.post(definition.replace(/\/[^/]*$/, ''), {
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema, ...version }],
    },
  })
  if (crd.code !== 201) throw new Error(`no custom kind: ${JSON.stringify(crd.body)}`)
  onTestFinished(async () => {
    await api.delete(definition)
  })
  await until(async () => (await api.get(`/apis/${group}/v1/things`)).code === 200)
  return {
    group,
    apiVersion: `${group}/v1`,
    definition,
    path: (ns) => inGroup(`${group}/v1`, ns, 'things'),
    object: (name, fields = {}) => ({
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { name },
      ...fields,
    }),
  }
}
