import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseResult, watchPodAddresses } from './pod-addresses.ts'

const result = (uid: string, address: string, ifName = 'eth0'): string =>
  JSON.stringify({
    kind: 'cniCacheV1',
    ifName,
    cniArgs: [
      ['IgnoreUnknown', '1'],
      ['K8S_POD_UID', uid],
    ],
    result: { ips: [{ address: `${address}/24` }] },
  })

test('the address of a pod is read, and nothing of loopback or of half a file', () => {
  expect(parseResult(result('u1', '10.244.1.2'))).toEqual({ uid: 'u1', address: '10.244.1.2' })
  expect(parseResult(result('u1', '127.0.0.1', 'lo'))).toBeUndefined()
  expect(parseResult(result('u1', '10.244.1.2').slice(0, -5))).toBeUndefined()
  for (const text of ['', 'null', '{}', '[]']) expect(parseResult(text)).toBeUndefined()
})

test('pods that come and go are told of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'results-'))
  const ended = new AbortController()
  onTestFinished(async () => {
    ended.abort()
    await rm(folder, { recursive: true })
  })
  await writeFile(join(folder, 'pods-a'), result('u1', '10.244.1.2'))
  const changed = vi.fn()
  const addresses = await watchPodAddresses(folder, changed, ended.signal)
  expect([...addresses.current()]).toEqual([['u1', '10.244.1.2']])

  await writeFile(join(folder, 'pods-b'), result('u2', '10.244.1.3'))
  await vi.waitUntil(() => addresses.current().get('u2') === '10.244.1.3', 60_000)
  await rm(join(folder, 'pods-a'))
  await vi.waitUntil(() => addresses.current().get('u1') === undefined, 60_000)
  expect(changed).toHaveBeenCalledTimes(3)
})
