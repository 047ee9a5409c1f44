import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer, token } from './api-client.ts'

const run = promisify(execFile)
let api: TestServer
let listener: Server
let folder: string
let kubeconfig: string

beforeAll(async () => {
  api = await startTestServer()
  folder = mkdtempSync(join(tmpdir(), 'drydock-kubectl-'))
  kubeconfig = join(folder, 'kubeconfig')
  // kubectl speaks TCP only, and keeps its token to itself over plain HTTP: both are done for it here.
  listener = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` }
    const { url: path, method } = request
    const upstream = httpRequest(
      { socketPath: api.socketPath, agent: false, path, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  listener.listen(0, '127.0.0.1', resolve)
  await promise
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  writeFileSync(kubeconfig, JSON.stringify(config))
})
afterAll(async () => {
  listener.close()
  listener.closeAllConnections()
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Outcome {
  ok: boolean
  output: string
}

const env = () => ({
  PATH: process.env.PATH,
  KUBECONFIG: kubeconfig,
  HOME: folder,
  EDITOR: join(folder, 'editor'),
})

async function kubectl(...args: string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run('kubectl', args, { env: env(), timeout: 60_000 })
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    return {
      ok: false,
      output: error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error),
    }
  }
}

function file(name: string, object: object): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(object))
  return path
}

const deployment = (replicas: number, image = 'redis:7.2') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
})

test('kubectl apply creates, changes and prunes fields, validated against the published schema', async () => {
  expect((await kubectl('apply', '-f', file('d.json', deployment(2)))).output).toContain(
    'deployment.apps/web created',
  )
  expect((await kubectl('apply', '-f', file('d.json', deployment(3)))).output).toContain(
    'deployment.apps/web configured',
  )
  expect((await kubectl('apply', '-f', file('d.json', deployment(3)))).output).toContain(
    'deployment.apps/web unchanged',
  )
  const { spec, ...rest } = deployment(3)
  const typo = await kubectl('apply', '-f', file('typo.json', { ...rest, spec: { ...spec, replica: 1 } }))
  expect(typo.ok).toBe(false)
  expect(typo.output).toContain('unknown field "spec.replica"')
})

test('kubectl get shows tables, in all namespaces, by label, by category, and as the client wants', async () => {
  const table = await kubectl('get', 'deployments')
  expect(table.output).toMatch(/NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nweb\s+0\/3/)
  expect((await kubectl('get', 'deploy', '-l', 'app=web', '-o', 'name')).output).toBe('deployment.apps/web\n')
  expect((await kubectl('get', 'all')).output).toContain('service/kubernetes')
  expect((await kubectl('get', 'ns')).output).toMatch(/NAME\s+STATUS\s+AGE\ndefault\s+Active/)
  expect((await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.replicas}')).output).toBe('3')
  expect((await kubectl('get', 'pods', '-A')).output).toContain('No resources found')
  expect((await kubectl('get', 'pod', 'none')).output).toContain(
    'Error from server (NotFound): pods "none" not found',
  )
})

test('kubectl apply --server-side says who owns what', async () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { a: '1' } }
  const path = file('owned.json', config)
  expect((await kubectl('apply', '--server-side', '-f', path)).output).toContain(
    'configmap/owned serverside-applied',
  )
  const other = file('other.json', { ...config, data: { a: '2' } })
  const conflict = await kubectl('apply', '--server-side', '--field-manager=other', '-f', other)
  expect(conflict.output).toContain('Apply failed with 1 conflict: conflict with "kubectl"')
  const forced = await kubectl(
    'apply',
    '--server-side',
    '--force-conflicts',
    '--field-manager=other',
    '-f',
    other,
  )
  expect(forced.ok).toBe(true)
  const managers = await kubectl(
    'get',
    'cm',
    'owned',
    '--show-managed-fields',
    '-o',
    'jsonpath={.metadata.managedFields[*].manager}',
  )
  expect(managers.output).toBe('other')
})

test('kubectl scale, label, annotate, patch, set image and edit change what they say', async () => {
  expect((await kubectl('scale', 'deploy/web', '--replicas=5')).output).toContain(
    'deployment.apps/web scaled',
  )
  expect((await kubectl('label', 'deploy/web', 'tier=one')).output).toContain('labeled')
  expect((await kubectl('annotate', 'deploy/web', 'note=hello')).output).toContain('annotated')
  expect((await kubectl('set', 'image', 'deploy/web', 'web=redis:8.0')).output).toContain('image updated')
  writeFileSync(join(folder, 'editor'), '#!/bin/sh\nsed -i "s/note: hello/note: edited/" "$1"\n', {
    mode: 0o755,
  })
  expect((await kubectl('edit', 'deploy/web')).output).toContain('deployment.apps/web edited')
  const { output } = await kubectl(
    'get',
    'deploy/web',
    '-o',
    'jsonpath={.spec.replicas} {.metadata.labels.tier} {.metadata.annotations.note} {.spec.template.spec.containers[0].image}',
  )
  expect(output).toBe('5 one edited redis:8.0')
})

test('kubectl describe, explain, api-resources and auth can-i have their answers', async () => {
  const described = await kubectl('describe', 'deploy/web')
  expect(described.output).toMatch(/Name:\s+web[\s\S]*Image:\s+redis:8\.0/)
  expect((await kubectl('explain', 'statefulset.spec.serviceName')).output).toContain('serviceName')
  expect((await kubectl('api-resources', '-o', 'name')).output).toContain('poddisruptionbudgets.policy')
  expect((await kubectl('auth', 'can-i', 'create', 'pods')).output).toBe('yes\n')
  expect((await kubectl('auth', 'whoami')).output).toContain('orlop-admin')
  expect((await kubectl('version')).output).toContain('Server Version: v1.')
})

test('kubectl create, wait and delete go through, and delete waits for the end', async () => {
  expect((await kubectl('create', 'namespace', 'gone')).ok).toBe(true)
  expect(
    (await kubectl('wait', 'ns/gone', '--for=jsonpath={.status.phase}=Active', '--timeout=60s')).output,
  ).toContain('condition met')
  expect((await kubectl('create', 'secret', 'generic', 's', '--from-literal=a=b')).ok).toBe(true)
  expect((await kubectl('delete', 'secret', 's')).output).toContain('secret "s" deleted')
  expect((await kubectl('delete', '-f', file('d.json', deployment(3)))).output).toContain(
    'deployment.apps "web" deleted',
  )
  expect((await kubectl('run', 'p', '--image=redis', '--dry-run=server', '-o', 'name')).output).toBe(
    'pod/p\n',
  )
})

test('what kubectl sends in protobuf arrives whole', async () => {
  const creations = [
    ['deployment', 'made', '--image=redis:7.2', '--replicas=2', '--port=6379'],
    ['service', 'clusterip', 'made', '--tcp=6379:6379'],
    ['configmap', 'made', '--from-literal=a=b'],
    ['cronjob', 'made', '--image=redis', '--schedule=*/5 * * * *', '--', 'true'],
    ['role', 'made', '--verb=get', '--resource=pods'],
    ['rolebinding', 'made', '--role=made', '--serviceaccount=default:default'],
    ['poddisruptionbudget', 'made', '--selector=app=made', '--min-available=50%'],
    ['priorityclass', 'made', '--value=1000'],
    ['ingress', 'made', '--rule=example.com/*=made:6379'],
    ['token', 'default'],
  ]
  for (const creation of creations) {
    const { ok, output } = await kubectl('create', ...creation)
    expect(ok, output).toBe(true)
  }
  const path = (kind: string, of: string) => kubectl('get', kind, 'made', '-o', `jsonpath=${of}`)
  expect(
    (await path('deploy', '{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}'))
      .output,
  ).toBe('2 6379')
  expect((await path('svc', '{.spec.ports[0].targetPort} {.spec.selector.app}')).output).toBe('6379 made')
  expect((await path('pdb', '{.spec.minAvailable}')).output).toBe('50%')
  expect((await path('cm', '{.data.a}')).output).toBe('b')
  expect((await path('cronjob', '{.spec.jobTemplate.spec.template.spec.containers[0].command}')).output).toBe(
    '["true"]',
  )
})

test('kubectl drain evicts and cordons', async () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
  const containers = [{ name: 'c', image: 'redis' }]
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'on-n1' },
    spec: { nodeName: 'n1', containers },
  }
  await kubectl('apply', '-f', file('node.json', node), '-f', file('pod.json', pod))
  const { output } = await kubectl('drain', 'n1', '--force', '--grace-period=0', '--timeout=60s')
  expect(output).toContain('node/n1 cordoned')
  expect(output).toContain('node/n1 drained')
  expect((await kubectl('get', 'pod', 'on-n1')).output).toContain('NotFound')
})

test('kubectl get --watch shows what comes', async () => {
  await kubectl('create', 'configmap', 'there')
  const watching = spawn('kubectl', ['get', 'cm', '--watch'], { env: env() })
  let shown = ''
  watching.stdout.on('data', (data) => (shown += String(data)))
  try {
    // What is there already comes first, and the watch goes on from it.
    await vi.waitUntil(() => shown.includes('there'), 60_000)
    await kubectl('create', 'configmap', 'seen')
    await vi.waitUntil(() => shown.includes('seen'), 60_000)
  } finally {
    watching.kill()
  }
})

test('kubectl sees a custom kind as soon as it is defined', async () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat', shortNames: ['bt'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [{ name: 'Masts', type: 'integer', jsonPath: '.spec.masts' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { masts: { type: 'integer', description: 'How many.' } },
                },
              },
            },
          },
        },
      ],
    },
  }
  expect((await kubectl('apply', '-f', file('crd.json', crd))).output).toContain('created')
  expect(
    (await kubectl('wait', 'crd/boats.example.com', '--for=condition=Established', '--timeout=60s')).ok,
  ).toBe(true)
  const boat = { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'b' }, spec: { masts: 2 } }
  expect((await kubectl('apply', '-f', file('boat.json', boat))).output).toContain(
    'boat.example.com/b created',
  )
  expect((await kubectl('get', 'bt')).output).toMatch(/NAME\s+MASTS\nb\s+2/)
  expect((await kubectl('explain', 'boat.spec.masts')).output).toContain('How many.')
})
