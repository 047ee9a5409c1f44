/** The schemas that a server publishes, and what kubectl makes of them. */
import { expect, test } from 'vitest'
import { api, kubectl, namespace } from '../../cluster.ts'

test.each([
  ['api/v1'],
  ['apis/apps/v1'],
  ['apis/batch/v1'],
  ['apis/policy/v1'],
  ['apis/apiextensions.k8s.io/v1'],
])('the index names %s with a hash', async (group) => {
  const body = JSON.parse((await api.get('/openapi/v3')).body)
  expect(body.paths[group].serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${group}\\?hash=[0-9A-F]+$`))
})
test('a document by its hash may be kept for long', async () => {
  const body = JSON.parse((await api.get('/openapi/v3')).body)
  const { code, headers } = await api.get(body.paths['apis/apps/v1'].serverRelativeURL)
  expect(code).toBe(200)
  expect(headers['etag']).toMatch(/^"[0-9A-F]+"$/)
  expect(headers['cache-control']).toBe('public, immutable')
})
test('a wrong hash leads to the right one', async () => {
  const { code, headers } = await api.get('/openapi/v3/apis/apps/v1?hash=ABC')
  expect(code).toBe(301)
  expect(headers['location']).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/)
})
test('a document that did not change is not sent again', async () => {
  const first = await api.get('/openapi/v3/apis/apps/v1')
  const again = await api.get('/openapi/v3/apis/apps/v1', {
    headers: { 'if-none-match': String(first.headers['etag']) },
  })
  expect(again.code).toBe(304)
})
test('a document that is not there', async () => {
  expect((await api.get('/openapi/v3/apis/nothing/v1')).code).toBe(404)
})
test('a schema says which kind it is of', async () => {
  const { body } = await api.get('/openapi/v3/apis/apps/v1')
  expect(
    body.components.schemas['io.k8s.api.apps.v1.StatefulSet']['x-kubernetes-group-version-kind'],
  ).toEqual([{ group: 'apps', kind: 'StatefulSet', version: 'v1' }])
})
test.each([['StatefulSet'], ['StatefulSetSpec'], ['DeploymentSpec'], ['RollingUpdateStatefulSetStrategy']])(
  'the fields of %s',
  async (name) => {
    const { body } = await api.get('/openapi/v3/apis/apps/v1')
    const schema = body.components.schemas[`io.k8s.api.apps.v1.${name}`]
    expect(schema).toMatchSnapshot()
  },
)
test('a path says what can be done', async () => {
  const { body } = await api.get('/openapi/v3/apis/apps/v1')
  const path = body.paths['/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}']
  expect(Object.keys(path).sort()).toEqual(['delete', 'get', 'parameters', 'patch', 'put'])
  expect(path.patch['x-kubernetes-action']).toBe('patch')
  expect(path.patch['x-kubernetes-group-version-kind']).toEqual({
    group: 'apps',
    kind: 'StatefulSet',
    version: 'v1',
  })
})
test('a patch can be validated: kubectl asks for that parameter', async () => {
  const { body } = await api.get('/openapi/v3/api/v1')
  const { patch } = body.paths['/api/v1/namespaces/{namespace}/configmaps/{name}']
  const names = patch.parameters
    .map((one: { name?: string }) => one.name)
    .filter(Boolean)
    .sort()
  expect(names).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
})

test.each([
  ['pod.spec.restartPolicy'],
  ['sts.spec.updateStrategy'],
  ['deploy'],
  ['configmap'],
  ['pvc.spec.resources'],
  ['service.spec.ports'],
  ['pod.spec.containers.livenessProbe.httpGet'],
  ['crd.spec.versions.schema'],
])('kubectl explain %s', async (what) => {
  const { code, stdout } = await kubectl(['explain', what])
  expect(code).toBe(0)
  expect(stdout).toMatchSnapshot()
})
test('kubectl explain --recursive', async () => {
  const { stdout } = await kubectl(['explain', 'pdb', '--recursive'])
  expect(stdout).toMatchSnapshot()
})
test('kubectl explain --api-version', async () => {
  const { stdout } = await kubectl(['explain', 'hpa.spec', '--api-version=autoscaling/v1'])
  expect(stdout).toMatchSnapshot()
})
test('kubectl explain of a field that is not there', async () => {
  const { code, stderr } = await kubectl(['explain', 'pod.spec.nothing'])
  expect(code).toBe(1)
  expect(stderr).toMatchInlineSnapshot(`
    "error: field "nothing" does not exist
    "
  `)
})
test('kubectl explain of a kind that is not there', async () => {
  const { code, stderr } = await kubectl(['explain', 'nothing'])
  expect(code).toBe(1)
  expect(stderr).toMatchInlineSnapshot(`
    "the server doesn't have a resource type "nothing"
    "
  `)
})

const wrong = `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"prots": [], "ports": [{"port": 80, "nme": "x"}]}}`
test('kubectl apply refuses unknown fields before anything is made', async () => {
  const ns = await namespace()
  const { code, stderr } = await kubectl(['apply', '-n', ns, '-f', '-'], wrong)
  expect(code).toBe(1)
  expect(stderr).toMatchInlineSnapshot(`
    "Error from server (BadRequest): error when creating "STDIN": Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].nme", unknown field "spec.prots"
    "
  `)
})
test('kubectl apply --validate=warn tells of them', async () => {
  const ns = await namespace()
  const { code, stdout, stderr } = await kubectl(['apply', '-n', ns, '--validate=warn', '-f', '-'], wrong)
  expect(code).toBe(0)
  expect(stdout).toBe('service/s created\n')
  expect(stderr).toMatchInlineSnapshot(`
    "Warning: unknown field "spec.ports[0].nme"
    Warning: unknown field "spec.prots"
    "
  `)
})
test('kubectl apply --validate=ignore is silent', async () => {
  const ns = await namespace()
  const { stdout, stderr } = await kubectl(['apply', '-n', ns, '--validate=ignore', '-f', '-'], wrong)
  expect(stdout).toBe('service/s created\n')
  expect(stderr).toBe('')
})
test.each([['server'], ['client']])('kubectl apply --dry-run=%s makes nothing', async (where) => {
  const ns = await namespace()
  const { stdout } = await kubectl(
    ['apply', '-n', ns, `--dry-run=${where}`, '-f', '-'],
    '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}',
  )
  expect(stdout).toBe(`configmap/c created (${where === 'client' ? '' : 'server '}dry run)\n`)
  expect((await api.get(`/api/v1/namespaces/${ns}/configmaps/c`)).code).toBe(404)
})
