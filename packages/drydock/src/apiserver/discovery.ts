import type { IncomingMessage } from 'node:http'
import type { Api } from './api.ts'
import { apiVersionOf, type KindInfo } from './kinds.ts'
import type { JsonObject } from './object.ts'
import type { Registry } from './registry.ts'
import { noSuchResource, pageNotFound } from './status.ts'
import { subresourceKinds } from './subresources/subresource-kinds.ts'

/** The version whose behaviour this server follows. */
export const kubernetesVersion: { major: string; minor: string; gitVersion: string } = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.4+drydock',
}

export interface Discovered {
  body: string
  type: string
}

/** Answers the paths that tell what there is; undefined for any other path. Throws NotFound for an unknown group. */
export function discover(api: Api, path: string, request: IncomingMessage): Discovered | undefined {
  const { registry } = api
  const clean = path.length > 1 ? path.replace(/\/$/, '') : path
  switch (clean) {
    case '/healthz':
    case '/healthz/ping':
    case '/livez':
    case '/livez/ping':
    case '/readyz':
    case '/readyz/ping':
      return { body: 'ok', type: 'text/plain; charset=utf-8' }
    case '/version':
      return printed({
        ...kubernetesVersion,
        gitCommit: '',
        gitTreeState: 'clean',
        buildDate: '1970-01-01T00:00:00Z',
        goVersion: '',
        compiler: '',
        platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
      })
    case '/':
      return json({
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      })
    case '/api':
      return (
        aggregated(request, registry, true) ??
        json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })
      )
    case '/apis':
      return (
        aggregated(request, registry, false) ??
        json({ kind: 'APIGroupList', apiVersion: 'v1', groups: namedGroups(registry).map(groupObject) })
      )
  }
  const match = /^\/(?:api\/([^/]+)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(clean)
  if (!match) return undefined
  const [, core, group = '', version = core] = match
  if (version === undefined) {
    const found = namedGroups(registry).find((candidate) => candidate.group === group)
    if (found === undefined) throw pageNotFound()
    return json({ kind: 'APIGroup', apiVersion: 'v1', ...groupObject(found) })
  }
  const kinds = registry.kinds.filter((kind) => kind.group === group && kind.version === version)
  if (kinds.length === 0) throw registry.isBuiltIn(group) ? noSuchResource() : pageNotFound()
  return json({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: kinds.flatMap(resources),
  })
}

/** With line breaks: people read it. */
function printed(body: object): Discovered {
  return { body: JSON.stringify(body, undefined, 2), type: 'application/json' }
}

function json(body: object): Discovered {
  return { body: JSON.stringify(body), type: 'application/json' }
}

function namedGroups(registry: Registry): { group: string; versions: string[] }[] {
  return registry.groups().filter(({ group }) => group !== '')
}

function groupObject({ group, versions }: { group: string; versions: string[] }): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: entries, preferredVersion: entries[0] }
}

function resources(kind: KindInfo): JsonObject[] {
  return [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: kind.verbs,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    },
    ...kind.subresources.map((name) => {
      const { group, version, kind: subKind, verbs } = subresourceKinds(kind, name)
      return {
        name: `${kind.plural}/${name}`,
        singularName: '',
        namespaced: kind.namespaced,
        ...(group === kind.group && version === kind.version ? {} : { group, version }),
        kind: subKind,
        verbs,
      }
    }),
  ]
}

/** Discovery v2: everything in two answers. Undefined when the client did not ask for it. */
function aggregated(request: IncomingMessage, registry: Registry, core: boolean): Discovered | undefined {
  const accept = request.headers.accept ?? ''
  const wanted = accept
    .split(',')
    .find(
      (part) =>
        part.includes('g=apidiscovery.k8s.io') && part.includes('v=v2') && !part.includes('v=v2beta1'),
    )
  if (wanted === undefined || !wanted.includes('application/json')) return undefined
  const items = registry
    .groups()
    .filter(({ group }) => (group === '') === core)
    .map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: registry.kinds
          .filter((kind) => kind.group === group && kind.version === version)
          .map(aggregatedResource),
        freshness: 'Current',
      })),
    }))
  return {
    body: JSON.stringify({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items,
    }),
    type: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  }
}

function aggregatedResource(kind: KindInfo): JsonObject {
  // Left empty where it is the group that is spoken of.
  const responseKind = { group: '', version: '', kind: kind.kind }
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(kind.subresources.length > 0
      ? {
          subresources: kind.subresources.map((name) => {
            const { verbs, group, version, kind: shown } = subresourceKinds(kind, name)
            const same = group === kind.group && version === kind.version
            const subKind = same ? { group: '', version: '', kind: shown } : { group, version, kind: shown }
            return { subresource: name, responseKind: subKind, verbs }
          }),
        }
      : {}),
  }
}
