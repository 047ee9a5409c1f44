/** Fields of a pod, each seen in what it does. */
import { type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createPod,
  eventually,
  isReady,
  logs,
  podIs,
  podReady,
  type Ship,
  startShip,
} from './node-fixture.ts'

let ship: Ship
beforeAll(async () => {
  ship = await startShip()
})
afterAll(() => ship.close())

type Container = NonNullable<Pod['spec']>['containers'][number]
const shell = (script: string, more: Partial<Container> = {}): Container => ({
  name: 'c',
  image: 'busybox',
  command: ['sh', '-c', script],
  ...more,
})
const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done'
/** Of a container that says so itself: one that only runs may not have set its trap yet. */
const marked = { readinessProbe: { exec: { command: ['test', '-e', '/tmp/set'] }, periodSeconds: 1 } }
const condition = (pod: Pod, type: string): string | undefined =>
  pod.status?.conditions?.find((c) => c.type === type)?.status

const events = async (name: string): Promise<string[]> => {
  const { items } = await ship.client.list(resources.events, { namespace: 'default' })
  return items.filter((e) => e.regarding?.name === name).map((e) => `${e.reason}: ${e.note}`)
}

test('activeDeadlineSeconds: a pod that is active for longer is ended and has failed', async () => {
  await createPod(ship, 'late', {
    activeDeadlineSeconds: 600,
    terminationGracePeriodSeconds: 60,
    containers: [shell(stays.replace('while', 'touch /tmp/set; while'), marked)],
  })
  await podReady(ship, 'late')
  // It may be brought forward.
  const sooner = { type: 'merge' as const, body: { spec: { activeDeadlineSeconds: 1 } } }
  await ship.client.patch(resources.pods, { namespace: 'default', name: 'late' }, sooner)
  const pod = await podIs(ship, 'late', ({ status }) => status?.phase === 'Failed')
  const message = 'Pod was active on the node longer than the specified deadline'
  expect(pod.status).toMatchObject({ reason: 'DeadlineExceeded', message })
  expect(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0)
  await eventually(async () => (await events('late')).includes(`DeadlineExceeded: ${message}`))
})

test('hostname, subdomain, setHostnameAsFQDN and hostAliases are the names a pod knows', async () => {
  const spec = {
    hostname: 'front',
    subdomain: 'web',
    hostAliases: [{ ip: '192.0.2.7', hostnames: ['a.example', 'b.example'] }],
    containers: [shell(`hostname; echo $HOSTNAME; cat /etc/hosts; echo done; ${stays}`)],
  }
  await createPod(ship, 'short', spec)
  await createPod(ship, 'full', { ...spec, setHostnameAsFQDN: true })
  const said = (name: string): Promise<string> =>
    eventually(async () => {
      const text = await logs(ship, name)
      return text.includes('done\n') && text
    })
  const short = await said('short')
  expect(short.startsWith('front\nfront\n# Kubernetes-managed hosts file.\n')).toBe(true)
  expect(short).toMatch(/\tfront\.web\.default\.svc\.cluster\.local\tfront\n/)
  expect(short).toContain('\n# Entries added by HostAliases.\n192.0.2.7\ta.example\tb.example\n')
  const name = 'front.web.default.svc.cluster.local'
  expect((await said('full')).startsWith(`${name}\n${name}\n`)).toBe(true)
})

test('setHostnameAsFQDN: a name that the kernel does not take is told, and nothing starts', async () => {
  const spec = { hostname: 'x'.repeat(40), subdomain: 'y'.repeat(20), setHostnameAsFQDN: true }
  await createPod(ship, 'wordy', { ...spec, containers: [shell(stays)] })
  await eventually(async () =>
    (await events('wordy')).some((said) => /^FailedCreatePodSandBox: .*FQDN .* is too long/.test(said)),
  )
})

test('readinessGates: a pod is ready when its containers are and every gate is open', async () => {
  const spec = { readinessGates: [{ conditionType: 'example.com/open' }], containers: [shell(stays)] }
  await createPod(ship, 'gated', spec)
  const shut = await podIs(ship, 'gated', (pod) => condition(pod, 'ContainersReady') === 'True')
  expect(condition(shut, 'Ready')).toBe('False')
  const conditions = [{ type: 'example.com/open', status: 'True' }]
  await ship.client.patch(
    resources.pods,
    { namespace: 'default', name: 'gated' },
    { type: 'strategic', body: { status: { conditions } } },
    { subresource: 'status' },
  )
  const open = await podReady(ship, 'gated')
  expect(['PodReadyToStartContainers', 'Initialized'].map((type) => condition(open, type))).toEqual([
    'True',
    'True',
  ])
})

test('terminationMessagePolicy: the end of the log where nothing was written, at the path that was asked for', async () => {
  await createPod(ship, 'wordless', {
    restartPolicy: 'Never',
    containers: [
      shell('echo why >&2; exit 3', { name: 'logs', terminationMessagePolicy: 'FallbackToLogsOnError' }),
      shell('echo because > /tmp/last; exit 4', { name: 'file', terminationMessagePath: '/tmp/last' }),
    ],
  })
  const pod = await podIs(ship, 'wordless', ({ status }) => status?.phase === 'Failed')
  const ends = pod.status?.containerStatuses?.map(({ state }) => [
    state?.terminated?.exitCode,
    state?.terminated?.message?.trim(),
  ])
  expect(ends).toEqual([
    [3, 'why'],
    [4, 'because'],
  ])
})

test('sidecars end after the containers proper, the last one first', async () => {
  const slow = (name: string): Container =>
    shell(`trap "echo ${name} >> /shared/order; exit 0" TERM; touch /tmp/set; while :; do sleep 0.05; done`, {
      name,
      ...marked,
      volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
    })
  await createPod(ship, 'convoy', {
    terminationGracePeriodSeconds: 60,
    initContainers: ['one', 'two'].map((name) => ({ ...slow(name), restartPolicy: 'Always' })),
    containers: [slow('main')],
    volumes: [{ name: 'shared', hostPath: { path: '/convoy' } }],
  })
  await podIs(ship, 'convoy', isReady)
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'convoy' })
  await createPod(ship, 'reader', {
    containers: [
      shell('until [ "$(wc -l < /shared/order)" = 3 ]; do sleep 0.05; done; cat /shared/order', {
        volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
      }),
    ],
    restartPolicy: 'Never',
    volumes: [{ name: 'shared', hostPath: { path: '/convoy' } }],
  })
  await podIs(ship, 'reader', ({ status }) => status?.phase === 'Succeeded', 60_000)
  expect((await logs(ship, 'reader')).replace(/.*No such file.*\n/g, '')).toBe('main\ntwo\none\n')
})

test('what happens to a container is told in the words of the kubelet', async () => {
  await createPod(ship, 'told', { containers: [shell(stays)] })
  await podReady(ship, 'told')
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'told' })
  await eventually(async () => (await events('told')).some((line) => line.startsWith('Killing')))
  expect(await events('told')).toEqual(
    expect.arrayContaining([
      'Pulled: Container image "busybox" already present on machine',
      'Created: Created container: c',
      'Started: Started container c',
      'Killing: Stopping container c',
    ]),
  )
})
