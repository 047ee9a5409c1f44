import { expect, test } from 'vitest'
import { api, namespace, settled, yaml } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'

test('a StatefulSet makes its pods in order, each once the one before is ready', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  kubelet.slow.add('web-0')
  const made = await api.post(
    `/apis/apps/v1/namespaces/${ns}/statefulsets`,
    yaml(`
metadata: {name: web}
spec:
  replicas: 2
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: redis}]}
`),
  )
  expect(made.code).toBe(201)
  await settled(`/api/v1/namespaces/${ns}/pods/web-0`, (pod) => pod.status.phase === 'Running')
  expect((await api.get(`/api/v1/namespaces/${ns}/pods/web-1`)).code).toBe(404)
  kubelet.slow.clear()
  await kubelet.look()
  const set = await settled(
    `/apis/apps/v1/namespaces/${ns}/statefulsets/web`,
    ({ status }) => status.readyReplicas === 2,
  )
  expect(set.status).toMatchObject({
    replicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    availableReplicas: 2,
  })
})
