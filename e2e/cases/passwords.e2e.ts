/** Who knows the password gets in, and nobody else. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { condition } from '../kit/cache.ts'
import { client, target } from '../kit/cluster.ts'
import { eventually } from '../kit/eventually.ts'
import { test } from '../kit/test.ts'
import { run } from '../targets/command.ts'

const single = { version: '7.0', memory: '32Mi' }
/** What a client gets that asks once: its words, whether it got in or not. */
const ping = (host: string, password?: string): Promise<string> =>
  run([...target.inside, process.execPath, 'e2e/client/main.ts', 'ping'], {
    env: { REDIS_HOST: host, ...(password === undefined ? {} : { REDIS_PASSWORD: password }) },
  }).catch((error: Error) => error.message)

const letsIn = (host: string, password: string | undefined): Promise<boolean> =>
  eventually('the password lets in', async () => (await ping(host, password)).includes('PONG'), {
    seen: () => ping(host, password),
  })

describe('the password', () => {
  test('lets in who has it; a wrong one, and none, are refused', async ({ ns }) => {
    const cache = await ns.cache('cache', single)
    await cache.ready()
    const host = `cache.${ns.name}.svc.cluster.local`
    await letsIn(host, await cache.password())
    expect(await ping(host, 'wrong')).toMatch(/WRONGPASS/)
    expect(await ping(host)).toMatch(/NOAUTH|Authentication required/)
  })

  test("of a Secret of one's own is used; while there is no such Secret the cache is refused, and made once there is", async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', { ...single, auth: { secretName: 'mine' } })
    const refused = await cache.until(
      'it is refused',
      (seen) => condition(seen, 'Ready').reason === 'SecretMissing',
    )
    expect(condition(refused, 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('mine'),
    })
    const data = { password: Buffer.from('open sesame').toString('base64') }
    await ns.apply(resources.secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine' }, data })
    await cache.ready()
    await letsIn(`cache.${ns.name}.svc.cluster.local`, 'open sesame')
  })

  test('changed by somebody in the Secret counts from the next start of the servers: known gap, they are not told', async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', single)
    await cache.ready()
    const before = await cache.password()
    const host = `cache.${ns.name}.svc.cluster.local`
    const body = { data: { password: Buffer.from('another').toString('base64') } }
    await client.patch(resources.secrets, { namespace: ns.name, name: 'cache-auth' }, { type: 'merge', body })
    const [pod] = await cache.pods()
    await ns.deletePod('cache-0')
    await ns.replaced('cache-0', pod?.metadata.uid)
    await cache.ready()
    await letsIn(host, 'another')
    expect(await ping(host, before)).toMatch(/WRONGPASS/)
  })
})
