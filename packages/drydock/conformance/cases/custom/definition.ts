/** Definitions of custom kinds, each under a name of its own that goes with the test. */
import { onTestFinished } from 'vitest'
import type { Json, Reply } from '../../api.ts'
import { api, settled, unique, yaml } from '../../cluster.ts'

export const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** The manifest of a kind of group `GROUP.example.com`. `version` is added to its one version, `spec` to the definition. */
export function definitionOf(schema: string, version = '', spec = ''): { body: Json; group: string } {
  const group = `${unique('g')}.example.com`
  const body = yaml(`
metadata: {name: boats.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: boats, singular: boat, kind: Boat, listKind: BoatList}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: ${schema}}, ${version}}
  ${spec}
`)
  return { body, group }
}

/** Asks for a definition; gives the answer with the names that were made up replaced. */
export async function defining(schema: string, version = '', spec = ''): Promise<Reply> {
  const { body } = definitionOf(schema, version, spec)
  return await api.post(`${definitions}?dryRun=All`, body)
}

/** Makes a definition and gives the path of its objects in a namespace once they are served. */
export async function defined(ns: string, schema: string, version = '', spec = ''): Promise<string> {
  const { body, group } = definitionOf(schema, version, spec)
  const made = await api.post(definitions, body)
  if (made.code !== 201) throw new Error(`not defined: ${JSON.stringify(made.body)}`)
  onTestFinished(async () => void (await api.delete(`${definitions}/${body.metadata.name}`)))
  await settled(`${definitions}/${body.metadata.name}`, ({ status }) =>
    status.conditions.some((one: Json) => one.type === 'Established' && one.status === 'True'),
  )
  const path = `/apis/${group}/v1/namespaces/${ns}/boats`
  await settled(path, () => true)
  return path
}
