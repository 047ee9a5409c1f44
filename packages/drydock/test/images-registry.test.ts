/** Nodes that pull from a real registry: Debian's docker-registry on loopback, filled by skopeo. */
import { resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { referenceOf } from '../src/images/reference.ts'
import { pullImage } from '../src/images/skopeo.ts'
import type { ImageStore } from '../src/images/store.ts'
import { hostPrograms } from '../src/node/programs.ts'
import { storedPrograms } from '../src/node/stored-programs.ts'
import { emptyStore } from './image-fixture.ts'
import { createPod, eventually, logs, podIs, type Ship, startShip } from './node-fixture.ts'
import { type Registry, startRegistry } from './registry.ts'

let ship: Ship
let store: ImageStore
let around: string
let remove: () => Promise<void>
let registry: Registry

beforeAll(async () => {
  ;({ store, around, remove } = await emptyStore())
  registry = await startRegistry(around)
  const programs = storedPrograms({
    store,
    host: hostPrograms(),
    pull: (reference, o) => pullImage(store, reference, o),
  })
  ship = await startShip({ programs })
}, 180_000)

afterAll(async () => {
  await ship?.close()
  await registry?.stop()
  await remove?.()
})

const finished = (name: string): ReturnType<typeof podIs> =>
  podIs(ship, name, (pod) => pod.status?.phase === 'Succeeded', 60_000)

async function said(name: string): Promise<string[]> {
  const { items } = await ship.client.list(resources.events, { namespace: 'default' })
  return items.filter((e) => e.regarding?.name === name).map((e) => `${e.reason}: ${e.note}`)
}

test('a pod is given what the registry has, and its status names the digest', async () => {
  const image = `${registry.address}/team/app:1`
  const digest = await registry.push(image, 'from afar')
  await createPod(ship, 'first', { restartPolicy: 'Never', containers: [{ name: 'c', image }] })
  const pod = await finished('first')
  expect((await logs(ship, 'first')).trim()).toBe('from afar')
  expect(pod.status?.containerStatuses?.[0]?.imageID).toBe(`${registry.address}/team/app@${digest}`)
  const events = await eventually(async () => {
    const all = await said('first')
    return all.some((e) => e.startsWith('Pulled')) && all
  })
  expect(events).toEqual(
    expect.arrayContaining([
      `Pulling: Pulling image "${image}"`,
      expect.stringMatching(
        /^Pulled: Successfully pulled image ".*" in [\d.ms]+ \([\d.ms]+ including waiting\)\. Image size: \d+ bytes\.$/,
      ),
    ]),
  )
  await createPod(ship, 'second', {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: `${registry.address}/team/app@${digest}` }],
  })
  await finished('second')
  await eventually(async () =>
    (await said('second')).includes(
      `Pulled: Container image "${registry.address}/team/app@${digest}" already present on machine`,
    ),
  )
})

test('Always asks the registry again, IfNotPresent does not', async () => {
  const image = `${registry.address}/team/moving:latest`
  await registry.push(image, 'old')
  const say = async (name: string, imagePullPolicy?: string): Promise<string> => {
    const container = { name: 'c', image, ...(imagePullPolicy && { imagePullPolicy }) }
    await createPod(ship, name, { restartPolicy: 'Never', containers: [container] })
    await finished(name)
    return (await logs(ship, name)).trim()
  }
  expect(await say('before', 'IfNotPresent')).toBe('old')
  await registry.push(image, 'new')
  expect(await say('same', 'IfNotPresent')).toBe('old')
  expect(await say('never', 'Never')).toBe('old')
  // Always is what `latest` means where a pod says nothing.
  expect(await say('after')).toBe('new')
})

test('an image that is not there is waited for with ever longer breaks', async () => {
  const image = `${registry.address}/team/missing:1`
  await createPod(ship, 'missing', { restartPolicy: 'Never', containers: [{ name: 'c', image }] })
  const waiting = await podIs(
    ship,
    'missing',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
    60_000,
  )
  expect(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
    /^Back-off pulling image ".*": ErrImagePull: cannot pull .*manifest unknown/,
  )
  await registry.push(image, 'late')
  await finished('missing')
  const events = await said('missing')
  expect(events).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Failed: Failed to pull image/),
      'Failed: Error: ErrImagePull',
      `BackOff: Back-off pulling image "${image}"`,
    ]),
  )
})

test('what was pulled by hand is there; a registry that does not answer is told', async () => {
  await registry.push(`${registry.address}/team/hand:1`, 'x')
  const signal = AbortSignal.timeout(90_000)
  const image = await pullImage(store, referenceOf(`${registry.address}/team/hand:1`), { signal })
  expect(image).toMatchObject({ origin: 'pull', config: { user: '7:8', cmd: ['cat', '/words'] } })
  await expect(pullImage(store, referenceOf('127.0.0.1:1/team/hand:1'), { signal })).rejects.toMatchObject({
    code: 'PullFailed',
  })
})
