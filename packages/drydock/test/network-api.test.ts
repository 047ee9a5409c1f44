import { mkdtemp, rm } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { type Pod, resources } from '@orlop/kube'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDrydock, type Drydock } from '../src/drydock.ts'
import { apiServiceOf } from '../src/network/ranges.ts'
import { inside, outputOf } from './network-fixture.ts'
import { eventually, isReady } from './node-fixture.ts'

const namespace = 'default'
const folder = '/var/run/secrets/kubernetes.io/serviceaccount'

let stateDir: string
let drydock: Drydock

beforeAll(async () => {
  stateDir = await mkdtemp('/tmp/in-cluster-')
  drydock = await createDrydock({ stateDir, nodes: 1 })
})
afterAll(async () => {
  await drydock.stop()
  await rm(stateDir, { recursive: true, force: true })
})

test('a pod lists pods with the token, the certificate and the name that every pod is given', async () => {
  const script = `cd ${folder} && cat namespace && echo && cat token && echo && cat ca.crt && sleep 1000`
  const pod = await start('asker', script, isReady)
  const log = await eventually(async () => /([\s\S]*END CERTIFICATE-----)/.exec(await logOf('asker'))?.[1])
  const [own = '', token = '', ...authority] = log.split('\n')
  const [volume] = pod.spec?.volumes ?? []
  expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/)
  expect(pod.spec?.containers[0]?.volumeMounts).toEqual([
    { name: volume?.name, mountPath: folder, readOnly: true },
  ])
  const { netns } = await drydock.network.attach(
    { namespace, name: 'asker', uid: pod.metadata.uid ?? '' },
    'node-1',
  )
  const bearer = { authorization: `Bearer ${token}` }
  const address = apiServiceOf(drydock.network.ranges)
  const ask = async (host: string, headers: Record<string, string>): Promise<string> => {
    const script = askScript(host, `/api/v1/namespaces/${own}/pods`, headers, authority.join('\n'))
    return (await outputOf(inside(netns, script))).trim()
  }
  for (const host of ['kubernetes.default.svc.cluster.local', 'kubernetes.default.svc', address])
    expect(await ask(host, bearer)).toBe('200 PodList')
  expect(await ask('kubernetes.default.svc', {})).toBe('401 Status')
  expect(await ask('kubernetes.default.svc', { authorization: 'Bearer guessed' })).toBe('401 Status')
  expect(await ask('kubernetes.default.svc', { ...bearer, origin: 'https://evil.example' })).toMatch(/^403/)
  expect(await ask('kubernetes.default.svc', { ...bearer, host: 'evil.example' })).toMatch(/^403/)
})

/** Run in the network of a pod, but not in its file system, where there may be no program that speaks TLS. */
function askScript(host: string, path: string, headers: Record<string, string>, ca: string): string {
  return `const names = new (require('dns').Resolver)(); names.setServers(['${drydock.network.dnsAddress}'])
    const lookup = (name, o, done) => names.resolve4(name.endsWith('.local') ? name : name + '.cluster.local',
      (error, found) => error ? done(error) : o.all ? done(null, [{ address: found[0], family: 4 }]) : done(null, found[0], 4))
    require('https').get({ ...${JSON.stringify({ host, path, headers, ca, servername: isIPv4(host) ? '' : host })}, lookup }, (response) => {
      let text = ''; response.on('data', (d) => { text += d })
      response.on('end', () => console.log(response.statusCode + ' ' + (/"kind":"(\\w+)"/.exec(text)?.[1] ?? '')))
    }).on('error', (error) => console.log(error.message))`
}

test('a pod that does not want a token gets none, and an account can say so for all', async () => {
  const look = `test -e ${folder} && echo true || echo false`
  expect(await run('without', look, { automountServiceAccountToken: false })).toBe('false')
  await drydock.client.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name: 'shy' },
    automountServiceAccountToken: false,
  })
  expect(await run('shy', look, { serviceAccountName: 'shy' })).toBe('false')
  const own = { serviceAccountName: 'shy', automountServiceAccountToken: true }
  expect(await run('bold', look, own)).toBe('true')
  await expect(run('nobody', look, { serviceAccountName: 'nobody' })).rejects.toThrow(
    'error looking up service account default/nobody: serviceaccount "nobody" not found',
  )
})

test('the Service kubernetes has its endpoints, and every namespace the certificate', async () => {
  const where = { namespace, name: 'kubernetes' }
  const slice = await drydock.client.get(resources.endpointSlices, where)
  const endpoints = await drydock.client.get(resources.endpoints, where)
  expect(slice.endpoints[0]?.addresses[0]).toBe(endpoints.subsets?.[0]?.addresses?.[0]?.ip)
  expect(slice.ports?.[0]?.port).toBe(6443)
  const metadata = { name: 'fresh' }
  await drydock.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata })
  const map = { namespace: 'fresh', name: 'kube-root-ca.crt' }
  const made = await eventually(() => drydock.client.get(resources.configMaps, map))
  expect(made.data?.['ca.crt']).toContain('BEGIN CERTIFICATE')
  await drydock.client.delete(resources.configMaps, map)
  await eventually(() => drydock.client.get(resources.configMaps, map))
})

test('variables name the Services of the namespace unless the pod does not want them', async () => {
  const spec = { ports: [{ port: 6379 }] }
  const metadata = { namespace, name: 'my-cache' }
  await drydock.client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata, spec })
  const look = 'echo $MY_CACHE_SERVICE_PORT $KUBERNETES_SERVICE_PORT'
  expect(await run('links', look)).toBe('6379 443')
  expect(await run('bare', look, { enableServiceLinks: false })).toBe('443')
})

test('dnsPolicy and dnsConfig make the list of names a pod tries', async () => {
  const look = 'cat /etc/resolv.conf'
  const dnsConfig = { nameservers: ['10.0.0.9'], options: [{ name: 'ndots', value: '1' }] }
  expect(await run('names', look, { dnsPolicy: 'None', dnsConfig })).toContain(
    'nameserver 10.0.0.9\noptions ndots:1',
  )
})

/** What a script says that runs to its end in a pod. */
async function run(
  name: string,
  script: string,
  spec: Partial<NonNullable<Pod['spec']>> = {},
): Promise<string> {
  await start(name, script, (pod) => /Succeeded|Failed/.test(pod.status?.phase ?? ''), spec)
  return (await logOf(name)).trim()
}

async function start(
  name: string,
  script: string,
  until: (pod: Pod) => boolean,
  spec: Partial<NonNullable<Pod['spec']>> = {},
): Promise<Pod> {
  const metadata = { namespace, name }
  const containers = [{ name: 'c', image: 'debian', command: ['sh', '-c', script] }]
  await drydock.client.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, ...spec, containers },
  })
  const get = (): Promise<Pod> => drydock.client.get(resources.pods, metadata)
  return eventually(
    async () => {
      const pod = await get()
      return until(pod) ? pod : undefined
    },
    get,
    60_000,
  )
}

async function logOf(name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`
  return String(await drydock.client.request('GET', path, { timeout: 60_000 }))
}
