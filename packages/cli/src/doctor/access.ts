/** What has to be allowed, so that something can be installed. Pure. */
import type { KubeObject } from '@orlop/kube'
import { resourceOfKind } from '../install/kinds.ts'

export interface Access {
  readonly verb: string
  /** `''` for the core group; `*` for any. */
  readonly group: string
  readonly resource: string
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined
  readonly name?: string
}

/** A user who may do this need not be asked for anything else. */
export const mayEverything: Access = { verb: '*', group: '*', resource: '*', namespace: undefined }

/** Server-side apply reads, patches, and creates what is not there. */
const verbs = ['get', 'create', 'patch']

export function accessesToInstall(objects: readonly KubeObject[]): Access[] {
  const accesses = new Map<string, Access>()
  for (const object of objects) {
    const resource = resourceOfKind(object)
    const namespace = resource.namespaced ? object.metadata.namespace : undefined
    for (const verb of verbs) {
      const access = { verb, group: resource.group, resource: resource.plural, namespace }
      accesses.set(`${verb} ${resource.group} ${resource.plural} ${namespace ?? ''}`, access)
    }
  }
  return [...accesses.values()]
}

/** Everything that the roles among the objects allow. */
export function theRulesOf(objects: readonly KubeObject[]): Access[] {
  return objects.flatMap((object) => {
    const namespace = object.kind === 'Role' ? object.metadata.namespace : undefined
    return rulesOf(object).flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      verbs.flatMap((verb) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource): Access[] => {
            const access = { verb, group, resource, namespace }
            return resourceNames.length === 0 ? [access] : resourceNames.map((name) => ({ ...access, name }))
          }),
        ),
      ),
    )
  })
}

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

function rulesOf(object: KubeObject): Rule[] {
  if (!('rules' in object) || !Array.isArray(object.rules)) return []
  return object.rules.map((rule: unknown) => {
    const list = (key: string): string[] => {
      const value: unknown =
        typeof rule === 'object' && rule !== null ? Object.entries(rule).find(([k]) => k === key)?.[1] : []
      return Array.isArray(value) ? value.map(String) : []
    }
    return {
      verbs: list('verbs'),
      apiGroups: list('apiGroups'),
      resources: list('resources'),
      resourceNames: list('resourceNames'),
    }
  })
}
