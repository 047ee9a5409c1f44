/** Who knows the password gets in, and nobody else. */
import { resources } from '@orlop/kube'
import { describe, expect } from 'vitest'
import { condition } from '../kit/cache.ts'
import { client, target } from '../kit/cluster.ts'
import { test } from '../kit/test.ts'
import { run } from '../targets/command.ts'

const single = { version: '7.0', memory: '32Mi' }
/** What a client gets that asks once: its words, whether it got in or not. */
const ping = (host: string, password?: string): Promise<string> =>
  run([...target.inside, process.execPath, 'e2e/client/main.ts', 'ping'], {
    env: { REDIS_HOST: host, ...(password === undefined ? {} : { REDIS_PASSWORD: password }) },
  }).catch((error: Error) => error.message)

describe('the password', () => {
  test('lets in who has it; a wrong one, and none, are refused', async ({ ns }) => {
    const cache = await ns.cache('cache', single)
    await cache.ready()
    const host = `cache.${ns.name}.svc.cluster.local`
    expect(await ping(host, await cache.password())).toMatch(/PONG/)
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
    expect(await ping(`cache.${ns.name}.svc.cluster.local`, 'open sesame')).toMatch(/PONG/)
  })

  test('stays that of the servers when somebody changes the Secret: known gap, they take the new one at their next start', async ({
    ns,
  }) => {
    const cache = await ns.cache('cache', single)
    await cache.ready()
    const before = await cache.password()
    const host = `cache.${ns.name}.svc.cluster.local`
    const body = { data: { password: Buffer.from('another').toString('base64') } }
    await client.patch(resources.secrets, { namespace: ns.name, name: 'cache-auth' }, { type: 'merge', body })
    const [pod] = await cache.pods()
    expect(await ping(host, before)).toMatch(/PONG/)
    await ns.deletePod('cache-0')
    await ns.replaced('cache-0', pod?.metadata.uid)
    await cache.ready()
    expect(await ping(host, 'another')).toMatch(/PONG/)
    expect(await ping(host, before)).toMatch(/WRONGPASS/)
  })
})
