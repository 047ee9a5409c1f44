/** Our kinds, made known to a cluster. */

import { isDeepStrictEqual } from 'node:util'
import { crds } from '@orlop/api'
import { type Client, type CustomResourceDefinition, isNotFound, resources, systemClock } from '@orlop/kube'

/** Applies the definitions that are missing or old, and waits until they are served. Gives how many were written. */
export async function installCrds(client: Client, signal: AbortSignal): Promise<number> {
  let written = 0
  for (const crd of crds()) {
    const wanted = crd as CustomResourceDefinition
    const name = wanted.metadata.name
    const live = await client
      .get(resources.customResourceDefinitions, { name }, { signal })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      })
    if (live && isDeepStrictEqual(live.spec?.versions, wanted.spec?.versions) && isServed(live)) continue
    await client.apply(resources.customResourceDefinitions, wanted, {
      fieldManager: 'orlop-cli',
      force: true,
      signal,
    })
    written++
    for (;;) {
      if (isServed(await client.get(resources.customResourceDefinitions, { name }, { signal }))) break
      await systemClock.sleep(20, signal)
    }
  }
  return written
}

function isServed(crd: CustomResourceDefinition): boolean {
  return crd.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') ?? false
}
