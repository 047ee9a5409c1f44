/** Clusters that do not answer, or not everything, and users who may not do everything. */
import type { ServerResponse } from 'node:http'
import { resources } from '@orlop/kube'
import { FakeApiServer, type Seen, send, sendStatus } from '@orlop/kube/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHere, type Here, kubeconfigFor } from './in-process.ts'
import { manifestOf } from './install-fixture.ts'

let server: FakeApiServer
let here: Here

beforeEach(async () => {
  server = await FakeApiServer.start()
  here = await createHere(kubeconfigFor(server.config.server), manifestOf())
  allow(() => true)
})

afterEach(async () => {
  await here.remove()
  await server.stop()
})

type Asked = { verb: string; group: string; resource: string; namespace?: string }

/** A server of today, whose user may do what `may` says. */
function allow(
  may: (asked: Asked) => boolean,
  more: (seen: Seen, response: ServerResponse) => boolean = () => false,
): void {
  server.fault = (seen, response) => {
    if (more(seen, response)) return true
    if (seen.path === '/version') {
      send(response, 200, { major: '1', minor: '34', gitVersion: 'v1.34.0' })
      return true
    }
    if (seen.path.endsWith('/selfsubjectreviews')) {
      send(response, 201, { status: { userInfo: { username: 'jane' } } })
      return true
    }
    if (seen.path.endsWith('/selfsubjectaccessreviews')) {
      const { spec } = seen.body as { spec: { resourceAttributes: Asked } }
      send(response, 201, { status: { allowed: may(spec.resourceAttributes) } })
      return true
    }
    return false
  }
}

test.each(['doctor', 'install', 'uninstall'])(
  '%s of a cluster that does not answer is one clear error',
  async (command) => {
    const nobody = await createHere(kubeconfigFor('http://127.0.0.1:1'), manifestOf())
    const { code, stderr } = await nobody.orlop(command)
    await nobody.remove()
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error \(NoAnswer\): no answer from http:\/\/127\.0\.0\.1:1: .*\n {2}is it the cluster you mean/,
      ),
    ])
  },
)

test('an unknown user is told to log in', async () => {
  allow(
    () => true,
    (_seen, response) => {
      sendStatus(response, 401, 'Unauthorized')
      return true
    },
  )
  const { code, stderr } = await here.orlop('doctor')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^error \(NotLoggedIn\)[\s\S]*log in again/)])
})

test('what the user may not see is not known, and the rest is told', async () => {
  allow(
    () => true,
    (seen, response) => {
      if (!/\/(nodes|storageclasses|customresourcedefinitions)/.test(seen.path)) return false
      sendStatus(response, 403, 'Forbidden')
      return true
    },
  )
  const { stdout } = await here.orlop('doctor')
  expect(stdout).toMatch(/\? Nodes +you may not/)
  expect(stdout).toMatch(/\? Definitions +you may not/)
  expect(stdout).toMatch(/✓ Kubernetes version/)
})

test('a user who may do everything is asked once', async () => {
  const { stdout } = await here.orlop('doctor')
  expect(stdout).toMatch(/✓ Permissions +you may do everything/)
  expect(server.requests.filter(({ path }) => path.endsWith('/selfsubjectaccessreviews'))).toHaveLength(1)
})

test('missing permissions are named, each, with what an administrator runs', async () => {
  allow(({ verb, resource }) => verb !== '*' && !(resource === 'clusterroles' && verb !== 'get'))
  const { code, stdout } = await here.orlop('doctor')
  expect(code).toBe(1)
  expect(stdout).toMatch(/✗ Permissions +jane may not create clusterroles\.rbac\.authorization\.k8s\.io/)
  expect(stdout).toMatch(/· create, patch clusterroles\.rbac\.authorization\.k8s\.io/)
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    "an administrator runs: kubectl create clusterrolebinding orlop-installer --clusterrole=cluster-admin --user='jane'",
  )
})

test('nobody can grant what he has not got', async () => {
  allow(({ verb, resource }) => verb !== '*' && verb !== 'escalate' && resource !== 'redis')
  const { stdout } = await here.orlop('doctor')
  expect(stdout).toMatch(/✗ Permissions +jane may not get redis\.orlop\.dev/)
  // Who may escalate need not have it.
  allow(({ verb, resource }) => verb !== '*' && resource !== 'redis')
  expect((await here.orlop('doctor')).stdout).toMatch(/✓ Permissions +jane may make everything/)
})

test('an installation without the permissions stops before anything is sent', async () => {
  server.put(resources.nodes, readyNode)
  allow(({ verb }) => verb === 'get')
  const { code, stderr } = await here.orlop('install', '--yes')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^error \(ChecksFailed\): not installed: Permissions\n/),
  ])
  expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
})

test('a refusal that only the API server foresees stops the whole installation', async () => {
  server.put(resources.nodes, readyNode)
  allow(
    () => true,
    (seen, response) => {
      if (seen.method !== 'PATCH' || !seen.path.includes('/clusterroles/')) return false
      sendStatus(response, 403, 'Forbidden')
      return true
    },
  )
  const { code, stdout, stderr } = await here.orlop('install', '--yes')
  expect([code, stdout, stderr]).toEqual([
    1,
    expect.stringMatching(/\+ ClusterRole orlop-operator\n +✗ refused: .*\(Forbidden\)/),
    expect.stringMatching(/^error \(Refused\): the API server would refuse ClusterRole orlop-operator/),
  ])
  // All that was asked was asked as a trial.
  const patches = server.requests.filter(({ method }) => method === 'PATCH')
  expect(patches.length).toBeGreaterThan(0)
  expect(patches.every(({ query }) => query.get('dryRun') === 'All')).toBe(true)
})

const readyNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'a' },
  status: { allocatable: { cpu: '4', memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
}
