import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConfigMap, resources, type Secret } from '@orlop/kube'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

let ship: Ship
beforeAll(async () => {
  ship = await startShip()
})
afterAll(() => ship.close())

const configMap = (name: string, data: Record<string, string>): Promise<ConfigMap> =>
  ship.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  })

const secret = (name: string, data: Record<string, string>): Promise<Secret> =>
  ship.client.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })

/** A container that says what a shell script prints, and then stays. */
const says = (script: string) => ({
  name: 'c',
  image: 'busybox',
  command: ['sh', '-c', `${script}\nwhile :; do sleep 1000; done`],
})

const said = (name: string, wanted: RegExp): Promise<string> =>
  eventually(
    async () => {
      const text = await logs(ship, name)
      return wanted.test(text) ? text : undefined
    },
    () => logs(ship, name).catch(async () => (await getPod(ship, name)).status),
  )

test('a ConfigMap that changes while the pod starts is shown as it is at last', async () => {
  await configMap('restless', { n: '0' })
  const watch = 'while :; do cat /etc/settings/n; echo; sleep 0.05; done'
  await createPod(ship, 'early', {
    containers: [{ ...says(watch), volumeMounts: [{ name: 'v', mountPath: '/etc/settings' }] }],
    volumes: [{ name: 'v', configMap: { name: 'restless' } }],
  })
  let last = 0
  for (let running = false; !running; ) {
    last += 1
    const body = { data: { n: String(last) } }
    await ship.client.patch(
      resources.configMaps,
      { namespace: 'default', name: 'restless' },
      { type: 'merge', body },
    )
    running = (await getPod(ship, 'early')).status?.phase === 'Running'
  }
  await said('early', new RegExp(`^${last}$`, 'm'))
})

test('a ConfigMap in a pod changes with it, all its files at once', async () => {
  await configMap('settings', { a: '1', b: '1' })
  const watch = 'while :; do echo $(cat /etc/settings/a /etc/settings/b); sleep 0.05; done'
  await createPod(ship, 'watcher', {
    containers: [{ ...says(watch), volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }] }],
    volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
  })
  await said('watcher', /^11$/m)
  await ship.client.patch(
    resources.configMaps,
    { namespace: 'default', name: 'settings' },
    { type: 'merge', body: { data: { a: '2', b: '2' } } },
  )
  await said('watcher', /^22$/m)
})

test('a Secret file of mode 0400 is read by the user of the container, and by nobody else of the machine', async () => {
  await secret('keys', { password: 's3cret' })
  const pod = await createPod(ship, 'reader', {
    securityContext: { runAsUser: 4711, runAsNonRoot: true },
    containers: [
      {
        ...says(
          'id -u; stat -L -c "%a %u" /keys/password; cat /keys/password; echo; echo x 2>/dev/null > /keys/password || echo refused',
        ),
        volumeMounts: [{ name: 'keys', mountPath: '/keys' }],
      },
    ],
    volumes: [{ name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } }],
  })
  expect(await said('reader', /refused/)).toBe('4711\n400 4711\ns3cret\nrefused\n')
  const file = join(ship.stateDir, 'pods', pod.metadata.uid ?? '', 'volumes', 'keys', 'password')
  expect((await stat(file)).mode & 0o077).toBe(0)
})

test('a pod waits for the Secret it mounts, says so, and starts when it comes', async () => {
  await createPod(ship, 'waiting', {
    containers: [{ ...says('cat /late/x; echo'), volumeMounts: [{ name: 'late', mountPath: '/late' }] }],
    volumes: [{ name: 'late', secret: { secretName: 'late' } }],
  })
  await eventually(async () => {
    const { items } = await ship.client.list(resources.events, { namespace: 'default' })
    return items.some(
      (event) => event.reason === 'FailedMount' && event.note?.includes('secret "late" not found'),
    )
  })
  expect((await getPod(ship, 'waiting')).status?.phase).toBe('Pending')
  await secret('late', { x: 'here' })
  expect(await said('waiting', /here/)).toContain('here')
})

test('an environment that names a missing key keeps the container from starting', async () => {
  await createPod(ship, 'misconfigured', {
    containers: [
      { ...says('true'), env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'nowhere', key: 'x' } } }] },
    ],
  })
  const pod = await podIs(
    ship,
    'misconfigured',
    (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  )
  expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('secret "nowhere" not found')
})

test('projected and downward volumes, subPath, items and modes', async () => {
  await configMap('parts', { one: '1', two: '2' })
  await createPod(
    ship,
    'projected',
    {
      serviceAccountName: 'default',
      containers: [
        {
          ...says(
            'cat /all/cm/one /all/labels; echo; cut -c1-3 /all/token; cat /usr/local/etc/made/two; echo; stat -L -c %a /all/labels; echo done',
          ),
          volumeMounts: [
            { name: 'all', mountPath: '/all' },
            { name: 'parts', mountPath: '/usr/local/etc/made/two', subPath: 'two' },
          ],
        },
      ],
      volumes: [
        { name: 'parts', configMap: { name: 'parts' } },
        {
          name: 'all',
          projected: {
            defaultMode: 0o440,
            sources: [
              { configMap: { name: 'parts', items: [{ key: 'one', path: 'cm/one' }] } },
              { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              { serviceAccountToken: { path: 'token' } },
            ],
          },
        },
      ],
    },
    { labels: { app: 'x' } },
  )
  expect(await said('projected', /done/)).toMatch(/^1app="x"\n.{3}\n2\n440\ndone/)
})

test('an emptyDir is shared by the containers of a pod and outlives their restarts; memory is one too', async () => {
  const volumeMounts = [
    { name: 'disk', mountPath: '/disk' },
    { name: 'memory', mountPath: '/memory' },
  ]
  const pod = await createPod(ship, 'sharing', {
    containers: [
      {
        ...says(
          'echo $(cat /disk/x /memory/x); echo kept > /disk/x; echo kept > /memory/x; stat -f -c %T /memory; sleep 0.2; exit 1',
        ),
        volumeMounts,
      },
      { ...says('true'), name: 'other', volumeMounts },
    ],
    volumes: [
      { name: 'disk', emptyDir: {} },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ],
  })
  await podIs(ship, 'sharing', (p) => p.status?.containerStatuses?.some((s) => s.restartCount > 0))
  await eventually(async () => (await logs(ship, 'sharing', '?container=c')).includes('kept kept\ntmpfs'))
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'sharing' })
  await podGone(ship, 'sharing')
  expect(await readdir(join(ship.stateDir, 'pods'))).not.toContain(pod.metadata.uid)
})

test('a claimed volume keeps its data from one pod to the next', async () => {
  await ship.client.create(resources.persistentVolumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/nowhere' },
      claimRef: { name: 'data', namespace: 'default' },
    },
  })
  const claim = await ship.client.create(resources.persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName: 'pv-1' },
  })
  await ship.client.update(
    resources.persistentVolumeClaims,
    { ...claim, status: { phase: 'Bound' } },
    { subresource: 'status' },
  )
  const spec = (script: string) => ({
    containers: [{ ...says(script), volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  })
  await createPod(ship, 'first', spec('echo precious > /data/x; echo written'))
  await said('first', /written/)
  await ship.client.delete(resources.pods, { namespace: 'default', name: 'first' })
  await podGone(ship, 'first')
  await createPod(ship, 'second', spec('cat /data/x'))
  expect(await said('second', /./)).toBe('precious\n')
})

test('a pod sees neither the machine, nor the state folder, nor the volumes of another pod', async () => {
  await secret('hidden', { key: 'deep-secret' })
  const hidden = await createPod(ship, 'hidden', {
    containers: [{ ...says('true'), volumeMounts: [{ name: 'hidden', mountPath: '/hidden' }] }],
    volumes: [{ name: 'hidden', secret: { secretName: 'hidden' } }],
  })
  await podReady(ship, 'hidden')
  const there = join(ship.stateDir, 'pods', hidden.metadata.uid ?? '', 'volumes', 'hidden', 'key')
  await createPod(ship, 'nosy', {
    containers: [
      says(
        [
          `for f in ${ship.stateDir} ${there} /etc/shadow ${process.cwd()} /proc/1/root${there}; do test -e $f && echo sees $f; done`,
          'ls -A /root /home /tmp | grep -v ":$" | grep .',
          'env | grep -i -E "vitest|npm_|node_" && echo leaked',
          'ls /proc | grep -c "^[0-9]*$"',
          'echo done',
        ].join('\n'),
      ),
    ],
  })
  expect(await said('nosy', /done/)).toMatch(/^[1-5]\ndone\n$/)
})

describe('a hostPath is on a disk of the node, not of this machine', () => {
  const mounting = (name: string, path: string, type: string | undefined, script: string): Promise<unknown> =>
    createPod(ship, name, {
      containers: [{ ...says(script), volumeMounts: [{ name: 'host', mountPath: '/host' }] }],
      volumes: [{ name: 'host', hostPath: { path, ...(type === undefined ? {} : { type }) } }],
    })
  const refusal = (name: string): Promise<string> =>
    eventually(async () => {
      const { items } = await ship.client.list(resources.events, { namespace: 'default' })
      return items.find((event) => event.regarding?.name === name && event.reason === 'FailedMount')?.note
    })

  test('one pod leaves there what the next one finds', async () => {
    await mounting('giver', '/data/shared', 'DirectoryOrCreate', 'echo kept > /host/file; echo written')
    await said('giver', /written/)
    await mounting('taker', '/data/shared', 'Directory', 'cat /host/file')
    expect(await said('taker', /kept/)).toBe('kept\n')
  })

  test('what the machine has is not there', async () => {
    await mounting('hostile', '/etc', 'Directory', 'true')
    expect(await refusal('hostile')).toContain(
      'MountVolume.SetUp failed for volume "host" : hostPath type check failed: /etc is not a directory',
    )
    await mounting('curious', '/', undefined, 'ls -A /host; echo done')
    expect(await said('curious', /done/)).not.toMatch(/etc|usr/)
  })

  test('a link that a pod has put there leads nowhere else', async () => {
    await mounting('sly', '/data/shared', undefined, 'ln -s /etc /host/way-out; echo linked')
    await said('sly', /linked/)
    await mounting('slyer', '/data/shared/way-out', undefined, 'ls /host')
    expect(await refusal('slyer')).toContain("hostPath /data/shared/way-out leads out of the node's disk")
  })
})
