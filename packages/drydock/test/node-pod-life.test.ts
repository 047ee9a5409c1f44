import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createPod,
  eventually,
  getPod,
  logs,
  podGone,
  podIs,
  podReady,
  type Ship,
  startShip,
} from './node-fixture.ts'

const run = promisify(execFile)

let ship: Ship
beforeAll(async () => {
  ship = await startShip()
})
afterAll(() => ship.close())

const shell = (script: string) => ({ name: 'c', image: 'busybox', command: ['sh', '-c', script] })
const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done'
/** Of a container that says so itself: one that only runs may not have set its traps yet. */
const marked = { readinessProbe: { exec: { command: ['test', '-e', '/tmp/set'] }, periodSeconds: 1 } }
const status = (pod: Pod) => pod.status?.containerStatuses?.[0]
const condition = (pod: Pod, type: string) => pod.status?.conditions?.find((c) => c.type === type)

async function events(name: string): Promise<string[]> {
  const { items } = await ship.client.list(resources.events, { namespace: 'default' })
  return items.filter((e) => e.regarding?.name === name).map((e) => `${e.reason}: ${e.note}`)
}

const remove = (name: string): Promise<void> =>
  ship.client.delete(resources.pods, { namespace: 'default', name })

test('the node is registered and ready, and keeps its lease', async () => {
  const node = await ship.client.get(resources.nodes, { name: 'one' })
  expect(node.metadata.labels).toMatchObject({
    'kubernetes.io/hostname': 'one',
    'topology.kubernetes.io/zone': 'a',
  })
  expect(node.status?.conditions?.find((c) => c.type === 'Ready')?.status).toBe('True')
  expect(Number(node.status?.allocatable?.cpu)).toBeGreaterThan(0)
  const lease = await eventually(() =>
    ship.client.get(resources.leases, { namespace: 'kube-node-lease', name: 'one' }),
  )
  expect(lease.spec?.holderIdentity).toBe('one')
})

test('init containers run one after the other, a sidecar beside what follows', async () => {
  const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
  const step = (name: string, script: string) => ({ ...shell(script), name, volumeMounts })
  await createPod(ship, 'steps', {
    restartPolicy: 'Never',
    initContainers: [
      step('first', 'sleep 0.1; echo first >> /shared/log'),
      {
        ...step('beside', `trap "exit 0" TERM; echo beside >> /shared/log; ${stays}`),
        restartPolicy: 'Always',
      },
      step('second', 'until grep -q beside /shared/log; do sleep 0.02; done; echo second >> /shared/log'),
    ],
    containers: [step('main', 'cat /shared/log')],
    volumes: [{ name: 'shared', emptyDir: {} }],
  })
  const pod = await podIs(ship, 'steps', (p) => p.status?.phase === 'Succeeded')
  expect((await logs(ship, 'steps', '?container=main')).split('\n').slice(0, 3)).toEqual([
    'first',
    'beside',
    'second',
  ])
  expect(pod.status?.initContainerStatuses?.map((s) => s.state?.terminated?.reason)).toEqual([
    'Completed',
    'Completed',
    'Completed',
  ])
  expect(condition(pod, 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' })
})

test.each([
  ['Never', 0, 'Succeeded'],
  ['Never', 7, 'Failed'],
  ['OnFailure', 0, 'Succeeded'],
])('restartPolicy %s and exit code %d end in %s', async (restartPolicy, code, phase) => {
  const name = `ends-${restartPolicy.toLowerCase()}-${code}`
  await createPod(ship, name, { restartPolicy, containers: [shell(`exit ${code}`)] })
  const pod = await podIs(ship, name, (p) => p.status?.phase === phase)
  expect(status(pod)?.state?.terminated).toMatchObject({
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
  })
  expect(status(pod)?.restartCount).toBe(0)
})

test('an init container that fails in a pod that is never restarted fails the pod', async () => {
  await createPod(ship, 'no-start', {
    restartPolicy: 'Never',
    initContainers: [{ ...shell('exit 3'), name: 'init' }],
    containers: [shell('echo never')],
  })
  const pod = await podIs(ship, 'no-start', (p) => p.status?.phase === 'Failed')
  expect(status(pod)?.state?.waiting?.reason).toBe('PodInitializing')
  expect(condition(pod, 'Initialized')).toMatchObject({
    status: 'False',
    message: 'containers with incomplete status: [init]',
  })
})

test('an image that no program stands for: ErrImagePull, then ImagePullBackOff', async () => {
  await createPod(ship, 'unknown-image', {
    containers: [{ name: 'c', image: 'example.com/nobody/nothing:1' }],
  })
  await podIs(ship, 'unknown-image', (p) => status(p)?.state?.waiting?.reason === 'ErrImagePull')
  await podIs(ship, 'unknown-image', (p) => status(p)?.state?.waiting?.reason === 'ImagePullBackOff')
  await eventually(async () =>
    (await events('unknown-image')).some((e) => e.startsWith('Failed: Failed to pull image')),
  )
})

test('an image changed for one that exists starts the container, and another version is named', async () => {
  await createPod(ship, 'repaired', { containers: [{ name: 'c', image: 'example.com/nobody/nothing:1' }] })
  await podIs(ship, 'repaired', (p) => status(p)?.state?.waiting?.reason === 'ImagePullBackOff')
  const body = { spec: { containers: [{ name: 'c', image: 'redis:1.2.3' }] } }
  await ship.client.patch(
    resources.pods,
    { namespace: 'default', name: 'repaired' },
    { type: 'strategic', body },
  )
  await podReady(ship, 'repaired')
  await eventually(async () =>
    (await events('repaired')).some((e) => /ImageSubstituted: .*1\.2\.3.*redis-server \d/.test(e)),
  )
})

test('a program that does not exist is a StartError', async () => {
  await createPod(ship, 'no-program', {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', command: ['no-such-program'] }],
  })
  const pod = await podIs(ship, 'no-program', (p) => p.status?.phase === 'Failed')
  expect(status(pod)?.state?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' })
  expect(status(pod)?.state?.terminated?.message).toContain('no-such-program')
})

test('the root user of an image is refused where the pod must not be root', async () => {
  await createPod(ship, 'not-root', {
    securityContext: { runAsNonRoot: true },
    containers: [{ name: 'c', image: 'redis:7' }],
  })
  const pod = await podIs(
    ship,
    'not-root',
    (p) => status(p)?.state?.waiting?.reason === 'CreateContainerConfigError',
  )
  expect(status(pod)?.state?.waiting?.message).toContain('image will run as root')
})

test('a container that its liveness probe gives up is restarted', async () => {
  const livenessProbe = {
    exec: { command: ['test', '!', '-e', '/tmp/sick'] },
    periodSeconds: 1,
    failureThreshold: 1,
  }
  await createPod(ship, 'sickly', {
    containers: [{ ...shell(`sleep 0.3; touch /tmp/sick; ${stays}`), livenessProbe }],
  })
  await podIs(ship, 'sickly', (p) => (status(p)?.restartCount ?? 0) >= 1)
  await eventually(async () => {
    const told = (await events('sickly')).join('\n')
    return (
      told.includes('Unhealthy: Liveness probe failed') &&
      told.includes('Killing: Container c failed liveness probe, will be restarted')
    )
  })
})

test('readiness comes and goes with its probe', async () => {
  const readinessProbe = {
    exec: { command: ['test', '-e', '/flag/up'] },
    periodSeconds: 1,
    failureThreshold: 1,
  }
  const { metadata } = await createPod(ship, 'moody', {
    containers: [
      { ...shell(stays), readinessProbe, volumeMounts: [{ name: 'flag', mountPath: '/flag' }] },
      { ...shell(stays), name: 'beside' },
    ],
    volumes: [{ name: 'flag', emptyDir: {} }],
  })
  const shut = await podIs(ship, 'moody', (p) => p.status?.containerStatuses?.every((c) => c.state?.running))
  expect(condition(shut, 'Ready')?.status).toBe('False')
  const flag = join(ship.stateDir, 'pods', metadata.uid ?? '', 'volumes/flag/up')
  await writeFile(flag, '')
  await podReady(ship, 'moody')
  await rm(flag)
  const pod = await podIs(ship, 'moody', (p) => condition(p, 'Ready')?.status === 'False')
  expect(condition(pod, 'Ready')?.message).toBe('containers with unready status: [c]')
  expect(pod.status?.phase).toBe('Running')
})

test('preStop runs to its end before SIGTERM', async () => {
  const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'sleep 0.3; echo hook > /proc/1/fd/1'] } } }
  await createPod(ship, 'hooked', {
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        ...shell(`trap "echo term; exit 0" TERM; touch /tmp/set; while :; do sleep 0.05; done`),
        lifecycle,
        ...marked,
      },
    ],
  })
  await podReady(ship, 'hooked')
  const following = logs(ship, 'hooked', '?follow=true')
  await remove('hooked')
  await podGone(ship, 'hooked')
  expect(await following).toBe('hook\nterm\n')
})

test('a container that ignores SIGTERM is killed when its time is up', async () => {
  const pod = await createPod(ship, 'deaf', {
    terminationGracePeriodSeconds: 1,
    containers: [{ ...shell('trap "" TERM; touch /tmp/set; while :; do sleep 0.05; done'), ...marked }],
  })
  await podReady(ship, 'deaf')
  const told = await ship.client.request('DELETE', '/api/v1/namespaces/default/pods/deaf')
  expect(told).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } })
  await podGone(ship, 'deaf')
  expect(await ship.node.podUsage(pod.metadata.uid ?? '')).toBeUndefined()
})

test('nothing of a deleted pod stays behind: no process, no namespace', async () => {
  const { metadata } = await createPod(ship, 'forking', {
    terminationGracePeriodSeconds: 1,
    containers: [shell('(setsid sleep 4321 &) ; sleep 4321')],
  })
  await podReady(ship, 'forking')
  await remove('forking')
  await podGone(ship, 'forking')
  expect((await run('sh', ['-c', 'grep -l [4]321 /proc/[0-9]*/cmdline 2>/dev/null || true'])).stdout).toBe('')
  expect(ship.attached()).not.toContain(metadata.uid)
})

test('a pod deleted by force is gone from the API at once and its processes soon', async () => {
  const pod = await createPod(ship, 'forced', {
    terminationGracePeriodSeconds: 30,
    containers: [shell('trap "" TERM; while :; do sleep 0.05; done')],
  })
  await podReady(ship, 'forced')
  await ship.client.delete(
    resources.pods,
    { namespace: 'default', name: 'forced' },
    { gracePeriodSeconds: 0 },
  )
  await eventually(async () => (await ship.node.podUsage(pod.metadata.uid ?? '')) === undefined)
})

test('a pod deleted by force and made anew under its name is the one that is asked, and of the first nothing stays', async () => {
  const first = await createPod(ship, 'again', { containers: [shell(`echo first; ${stays}`)] })
  await podReady(ship, 'again')
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'again' }, { gracePeriodSeconds: 0 })
  await createPod(ship, 'again', { containers: [shell(`echo second; ${stays}`)] })
  await podReady(ship, 'again')
  expect(await eventually(() => logs(ship, 'again'))).toBe('second\n')
  const folder = join(ship.stateDir, 'pods', first.metadata.uid ?? '')
  await eventually(async () => !existsSync(folder))
  expect(await logs(ship, 'again')).toBe('second\n')
})

test('a container over its memory limit is killed for it, or the node says that it cannot do that', async () => {
  const node = await ship.client.get(resources.nodes, { name: 'one' })
  const enforced = node.status?.conditions?.find((c) => c.type === 'MemoryLimitsEnforced')
  // A shell that keeps 64 MiB in a variable.
  const greedy = shell('x=$(head -c 67108864 /dev/zero | tr "\\0" x); echo $?; exit 0')
  await createPod(ship, 'greedy', {
    restartPolicy: 'Never',
    containers: [{ ...greedy, resources: { limits: { memory: '16Mi' } } }],
  })
  const pod = await podIs(ship, 'greedy', (p) => status(p)?.state?.terminated)
  const reason = status(pod)?.state?.terminated?.reason
  expect([enforced?.status, reason]).toEqual(
    enforced?.status === 'True' ? ['True', 'OOMKilled'] : ['False', 'Completed'],
  )
})

test('a container is held to its cpu limit, or the node says that it cannot do that', async () => {
  const node = await ship.client.get(resources.nodes, { name: 'one' })
  const enforced = node.status?.conditions?.find((c) => c.type === 'CpuLimitsEnforced')
  // It says what it was held to: the kernel counts the times.
  const busy = shell('i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; cat /proc/self/cgroup')
  const pod = await createPod(ship, 'busy', {
    restartPolicy: 'Never',
    containers: [{ ...busy, resources: { limits: { cpu: '50m' } } }],
  })
  await podIs(ship, 'busy', (p) => status(p)?.state?.terminated, 60_000)
  const own = (await logs(ship, 'busy')).includes(`-${pod.metadata.uid}-c-0`)
  expect([enforced?.status, own]).toEqual(enforced?.status === 'True' ? ['True', true] : ['False', false])
})

test('a frozen pod does not answer, a thawed one goes on', async () => {
  const pod = await createPod(ship, 'frozen', {
    containers: [
      {
        name: 'c',
        image: 'redis:7',
        args: ['--protected-mode', 'no'],
        readinessProbe: { tcpSocket: { port: 6379 } },
      },
    ],
  })
  const { status: live } = await podReady(ship, 'frozen')
  const ping = (): Promise<string> =>
    run('redis-cli', ['-h', live?.podIP ?? '', 'PING'], { timeout: 500 }).then(
      (o) => o.stdout,
      () => 'nothing',
    )
  await ship.node.freeze(pod.metadata.uid ?? '')
  expect(await ping()).toBe('nothing')
  await ship.node.thaw(pod.metadata.uid ?? '')
  await eventually(async () => (await ping()) === 'PONG\n')
})

test('a node that was switched off restarts its pods: one restart more, data kept', async () => {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }]
  await createPod(ship, 'survivor', {
    containers: [{ ...shell(`cat /data/x; echo kept > /data/x; ${stays}`), volumeMounts }],
    volumes: [{ name: 'data', emptyDir: {} }],
  })
  await createPod(ship, 'once', { restartPolicy: 'Never', containers: [shell(stays)] })
  await podReady(ship, 'survivor')
  await podReady(ship, 'once')
  await eventually(async () =>
    (await run('sh', ['-c', `cat ${ship.stateDir}/pods/*/volumes/data/x`])).stdout.includes('kept'),
  )
  await ship.restartNode()
  const pod = await podIs(ship, 'survivor', (p) => status(p)?.restartCount === 1 && status(p)?.ready)
  expect(status(pod)?.lastState?.terminated?.reason).toBe('ContainerStatusUnknown')
  await eventually(async () => (await logs(ship, 'survivor')).includes('kept'))
  await podIs(ship, 'once', (p) => p.status?.phase === 'Failed')
})

test('a pod that has settled is not written again', async () => {
  const exec = { command: ['sh', '-c', 'echo x >> /tmp/probed'] }
  const readinessProbe = { exec, periodSeconds: 1, timeoutSeconds: 30 }
  await createPod(ship, 'quiet', { containers: [{ ...shell(stays), readinessProbe }] })
  const { metadata } = await podReady(ship, 'quiet')
  const probed = async (): Promise<number> => {
    const pids = (
      await run('sh', ['-c', 'grep -s -l "sleep 0.05" /proc/[0-9]*/cmdline | cut -d/ -f3'])
    ).stdout
      .trim()
      .split('\n')
    const files = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/root/tmp/probed`, 'utf8').catch(() => '')),
    )
    return Math.max(...files.map((text) => text.length / 2))
  }
  await eventually(async () => (await probed()) >= 3)
  expect((await getPod(ship, 'quiet')).metadata.resourceVersion).toBe(metadata.resourceVersion)
})
