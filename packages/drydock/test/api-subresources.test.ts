import { rmSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringAt } from '../src/apiserver/object.ts'
import { startTestServer, type TestServer, token } from './api-client.ts'

let api: TestServer
let kubelet: Server
const kubeletPath = join(tmpdir(), `kubelet-${process.pid}.sock`)
beforeAll(async () => {
  rmSync(kubeletPath, { force: true })
  kubelet = createServer((request, response) => response.end(`${request.method} ${request.url}`))
  // A kubelet that switches protocols and then says everything back.
  kubelet.on('upgrade', (request, socket, head) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`,
    )
    socket.write(`${request.method} ${request.url} ${request.headers.authorization ?? 'no token'}\n`)
    socket.write(head)
    socket.pipe(socket)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  kubelet.listen(kubeletPath, resolve)
  await promise
  api = await startTestServer({ kubeletSocket: () => kubeletPath })
})
afterAll(async () => {
  kubelet.close()
  kubelet.closeAllConnections()
  await api.close()
})

const pods = '/api/v1/namespaces/default/pods'
const one = { name: 'c', image: 'redis' }
const pod = (name: string, spec: object = {}, labels: object = {}) =>
  api.call('POST', pods, { body: { metadata: { name, labels }, spec: { containers: [one], ...spec } } })

test('a scheduler binds a pod to a node, once', async () => {
  await pod('unbound')
  const body = { target: { kind: 'Node', name: 'n1' } }
  expect((await api.call('POST', `${pods}/unbound/binding`, { body })).code).toBe(201)
  expect((await api.call('GET', `${pods}/unbound`)).body).toMatchObject({
    spec: { nodeName: 'n1' },
    status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
  })
  expect((await api.call('POST', `${pods}/unbound/binding`, { body })).body).toMatchObject({
    code: 409,
    reason: 'Conflict',
  })
})

test('scale reads and changes the number of replicas, with its precondition', async () => {
  const path = '/apis/apps/v1/namespaces/default/statefulsets'
  const labels = { app: 's' }
  const spec = {
    replicas: 1,
    serviceName: 's',
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [one] } },
  }
  await api.call('POST', path, { body: { metadata: { name: 's' }, spec } })
  const { body } = await api.call('GET', `${path}/s/scale`)
  expect(body).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 1 },
    status: { selector: 'app=s' },
  })
  expect(
    (await api.call('PUT', `${path}/s/scale`, { body: { ...body, spec: { replicas: 3 } } })).body,
  ).toMatchObject({ spec: { replicas: 3 } })
  expect((await api.call('PUT', `${path}/s/scale`, { body: { ...body, spec: { replicas: 4 } } })).code).toBe(
    409,
  )
  await api.call('PATCH', `${path}/s/scale`, {
    body: { spec: { replicas: 5 } },
    contentType: 'application/merge-patch+json',
  })
  expect((await api.call('GET', `${path}/s`)).body).toMatchObject({
    metadata: { generation: 3 },
    spec: { replicas: 5 },
  })
})

test('an eviction is refused while the disruption budget has nothing left, and spends it when it has', async () => {
  await pod('busy', { nodeName: 'n1' }, { app: 'busy' })
  const merge = (path: string, body: object) =>
    api.call('PATCH', path, { body, contentType: 'application/merge-patch+json' })
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  await merge(`${pods}/busy/status`, { status: ready })
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
  await api.call('POST', budgets, {
    body: { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'busy' } } } },
  })
  const evict = () => api.call('POST', `${pods}/busy/eviction`, { body: { metadata: { name: 'busy' } } })
  expect((await evict()).body).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    details: { causes: [{ reason: 'DisruptionBudget' }] },
  })
  await merge(`${budgets}/b/status`, {
    status: { observedGeneration: 1, currentHealthy: 1, desiredHealthy: 1 },
  })
  const refused = await evict()
  expect(refused.body).toMatchObject({
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }] },
  })
  // A client that waits by itself would keep its user in the dark.
  expect(refused.headers['retry-after']).toBeUndefined()
  await merge(`${budgets}/b/status`, { status: { disruptionsAllowed: 1 } })
  expect((await evict()).code).toBe(201)
  expect((await api.call('GET', `${budgets}/b`)).body).toMatchObject({ status: { disruptionsAllowed: 0 } })
  expect((await api.call('GET', `${pods}/busy`)).body).toMatchObject({
    metadata: { deletionGracePeriodSeconds: 30 },
    status: { conditions: [{}, { type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }] },
  })
})

test('logs are asked of the node of the pod', async () => {
  await pod('logged', { nodeName: 'n1' })
  const { body } = await api.call('GET', `${pods}/logged/log?follow=true&tailLines=5`)
  expect(body.text).toBe('GET /containerLogs/default/logged/c?follow=true&tailLines=5')
  await pod('waiting')
  expect((await api.call('GET', `${pods}/waiting/log`)).code).toBe(204)
  await pod('two', { nodeName: 'n1', containers: [one, { ...one, name: 'd' }] })
  expect((await api.call('GET', `${pods}/two/log`)).body.message).toBe(
    'a container name must be specified for pod two, choose one of: [c d]',
  )
})

test('exec becomes a connection to the kubelet, byte by byte and without the token', async () => {
  await pod('exec', { nodeName: 'n1' })
  const socket = connect(api.socketPath)
  socket.write(
    `POST ${pods}/exec/exec?command=sh&command=-c&stdin=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n`,
  )
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.endsWith('no token\n')) socket.write('ping\n')
    if (text.endsWith('ping\n')) resolve(text)
  })
  socket.on('close', () => resolve(text))
  expect(await promise).toMatch(
    /^HTTP\/1\.1 101 [\s\S]*Upgrade: SPDY\/3\.1[\s\S]*POST \/exec\/default\/exec\/c\?command=sh&command=-c&stdin=true no token\nping\n$/,
  )
  socket.destroy()
})

test('an upgrade that cannot be is answered with a Status', async () => {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const headers = { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'websocket' }
  const outgoing = httpRequest(
    { socketPath: api.socketPath, path: `${pods}/none/exec?command=sh`, headers, agent: false },
    (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    },
  )
  outgoing.on('error', reject)
  outgoing.end()
  expect(await promise).toBe(404)
})

test('a requested token opens the door until it has expired', async () => {
  const { body, code } = await api.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
    body: { spec: { expirationSeconds: 600 } },
  })
  expect(code).toBe(201)
  const authorization = `Bearer ${stringAt(body, 'status', 'token')}`
  expect((await api.call('GET', pods, { headers: { authorization } })).code).toBe(200)
  const review = await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token: stringAt(body, 'status', 'token') } },
  })
  expect(review.body).toMatchObject({
    status: { authenticated: true, user: { username: 'system:serviceaccount:default:default' } },
  })
})

test('whoever has a token may do everything, and is told so', async () => {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const { body } = await api.call('POST', path, {
    body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
  })
  expect(body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } })
})
