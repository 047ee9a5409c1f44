/** How a server takes objects and changes of them, as one text to compare. */
import { api, unique, yaml } from '../../cluster.ts'
import { refusal } from '../../shown.ts'

/** Asks for an object, without making it. */
export async function creating(path: string, object: string): Promise<string> {
  return refusal(await api.post(`${path}?dryRun=All`, { metadata: { name: 'one' }, ...yaml(object) }))
}

/**
 * Makes an object and asks for a change of it, written as a strategic merge patch.
 * @param object its manifest; the name is made up
 * @param subresource `/status`
 */
export async function changing(
  path: string,
  object: string,
  patch: string,
  {
    subresource = '',
    type = 'strategic',
  }: { subresource?: string; type?: 'strategic' | 'merge' | 'json' } = {},
): Promise<string> {
  const name = unique('one')
  const { metadata, ...rest } = yaml(object)
  const made = await api.post(path, { ...rest, metadata: { ...metadata, name } })
  if (made.code !== 201) throw new Error(`not made: ${refusal(made)}`)
  const answer = await api.patch(`${path}/${name}${subresource}`, type, yaml(patch))
  await api.delete(`${path}/${name}`, { gracePeriodSeconds: 0 })
  return refusal(answer)
}
