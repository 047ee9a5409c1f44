/** Whole objects as they come back when they were made: every default, every field that the server fills in. */
import { expect, onTestFinished, test } from 'vitest'
import type { Json } from '../../api.ts'
import { api, namespace, unique, yaml } from '../../cluster.ts'
import { shown } from '../../shown.ts'

const ns = await namespace()
const containers = 'containers: [{name: main, image: redis}]'
const template = `selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {${containers}}}`

/** `metadata` gets a name of its own. */
async function made(path: string, spec: string, namespaced = true): Promise<string> {
  const [, root, ...rest] = path.split('/')
  const collection = namespaced
    ? `/${root}/${[...rest.slice(0, -1), 'namespaces', ns, rest.at(-1)].join('/')}`
    : path
  const body: Json = yaml(spec)
  const name = unique('thing')
  const reply = await api.post(`${collection}?fieldManager=case`, {
    ...body,
    metadata: { ...body.metadata, name },
  })
  if (!namespaced) onTestFinished(async () => void (await api.delete(`${collection}/${name}`)))
  // Of a pod, who owns what admission added is another matter.
  if (path === pods) delete reply.body.metadata.managedFields
  return `${reply.code}\n${shown(reply.body)}`.replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-HASH')
}

const pods = '/api/v1/pods'
const services = '/api/v1/services'
test.each<[string, string, string]>([
  ['a small pod', pods, `{spec: {schedulerName: nobody, ${containers}}}`],
  [
    'a pod with probes',
    pods,
    '{spec: {schedulerName: nobody, containers: [{name: main, image: "redis:7", livenessProbe: {tcpSocket: {port: 1}}, readinessProbe: {httpGet: {port: http}}, startupProbe: {exec: {command: [x]}}, ports: [{containerPort: 80}, {containerPort: 81, protocol: UDP, name: http}]}]}}',
  ],
  [
    'a pod with volumes',
    pods,
    '{spec: {schedulerName: nobody, automountServiceAccountToken: false, containers: [{name: main, image: redis, volumeMounts: [{name: a, mountPath: /a}]}], volumes: [{name: a, configMap: {name: x}}, {name: b, secret: {secretName: x}}, {name: c, emptyDir: {}}, {name: d, hostPath: {path: /x}}, {name: e, downwardAPI: {items: [{path: x, fieldRef: {fieldPath: metadata.name}}]}}, {name: f, projected: {sources: [{serviceAccountToken: {path: x}}, {configMap: {name: x}}]}}, {name: g}]}}',
  ],
  [
    'a pod with limits',
    pods,
    '{spec: {schedulerName: nobody, containers: [{name: main, image: redis, resources: {limits: {cpu: "0.5", memory: 1024Mi}}}], initContainers: [{name: init, image: "redis@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}}',
  ],
  [
    'a pod with an environment',
    pods,
    '{spec: {schedulerName: nobody, containers: [{name: main, image: redis, env: [{name: A}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}], lifecycle: {preStop: {httpGet: {port: 80}}}}]}}',
  ],
  [
    'a pod with its own tolerations',
    pods,
    `{spec: {schedulerName: nobody, tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 5}, {key: x}], terminationGracePeriodSeconds: 0, restartPolicy: Never, ${containers}}}`,
  ],
  [
    'a pod with spread constraints and affinity',
    pods,
    `{spec: {schedulerName: nobody, topologySpreadConstraints: [{maxSkew: 1, topologyKey: x, whenUnsatisfiable: ScheduleAnyway}], securityContext: {runAsUser: 5}, ${containers}}}`,
  ],
  ['a service', services, '{spec: {ports: [{port: 80}]}}'],
  [
    'a service with a selector',
    services,
    '{spec: {selector: {a: b}, ports: [{port: 80, name: x}, {port: 81, name: y, targetPort: http, protocol: UDP}]}}',
  ],
  ['a headless service', services, '{spec: {clusterIP: None, selector: {a: b}}}'],
  ['a service without selector that is headless', services, '{spec: {clusterIP: None}}'],
  ['a NodePort service', services, '{spec: {type: NodePort, ports: [{port: 80}]}}'],
  ['a LoadBalancer service', services, '{spec: {type: LoadBalancer, ports: [{port: 80}]}}'],
  ['an ExternalName service', services, '{spec: {type: ExternalName, externalName: x.example.com}}'],
  ['a service with affinity', services, '{spec: {sessionAffinity: ClientIP, ports: [{port: 80}]}}'],
  [
    'a service of local traffic',
    services,
    '{spec: {type: LoadBalancer, externalTrafficPolicy: Cluster, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}}',
  ],
  ['a deployment', '/apis/apps/v1/deployments', `{spec: {paused: true, ${template}}}`],
  [
    'a deployment with Recreate',
    '/apis/apps/v1/deployments',
    `{spec: {paused: true, replicas: 0, strategy: {type: Recreate}, ${template}}}`,
  ],
  [
    'a deployment with half a strategy',
    '/apis/apps/v1/deployments',
    `{spec: {paused: true, replicas: 0, strategy: {rollingUpdate: {maxSurge: 0}}, ${template}}}`,
  ],
  [
    'a stateful set',
    '/apis/apps/v1/statefulsets',
    `{spec: {replicas: 0, serviceName: x, ${template}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}`,
  ],
  [
    'a stateful set with OnDelete',
    '/apis/apps/v1/statefulsets',
    `{spec: {replicas: 0, updateStrategy: {type: OnDelete}, ${template}}}`,
  ],
  ['a replica set', '/apis/apps/v1/replicasets', `{spec: {replicas: 0, ${template}}}`],
  [
    'a job',
    '/apis/batch/v1/jobs',
    `{spec: {suspend: true, template: {spec: {restartPolicy: Never, ${containers}}}}}`,
  ],
  [
    'an indexed job',
    '/apis/batch/v1/jobs',
    `{spec: {suspend: true, completions: 2, completionMode: Indexed, template: {spec: {restartPolicy: Never, ${containers}}}}}`,
  ],
  [
    'a cron job',
    '/apis/batch/v1/cronjobs',
    `{spec: {suspend: true, schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, ${containers}}}}}}}`,
  ],
  [
    'an autoscaler',
    '/apis/autoscaling/v2/horizontalpodautoscalers',
    '{spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: x}}}',
  ],
  [
    'an autoscaler with behaviour',
    '/apis/autoscaling/v2/horizontalpodautoscalers',
    '{spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}, behavior: {scaleUp: {stabilizationWindowSeconds: 5}}, metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1000M}}}]}}',
  ],
  [
    'an older autoscaler',
    '/apis/autoscaling/v1/horizontalpodautoscalers',
    '{spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: {kind: Deployment, name: x}}}',
  ],
  [
    'a claim',
    '/api/v1/persistentvolumeclaims',
    '{spec: {storageClassName: none, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}}',
  ],
  ['a budget', '/apis/policy/v1/poddisruptionbudgets', '{spec: {minAvailable: 50%, selector: {}}}'],
  [
    'a network policy',
    '/apis/networking.k8s.io/v1/networkpolicies',
    '{spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}}',
  ],
  [
    'a network policy with egress',
    '/apis/networking.k8s.io/v1/networkpolicies',
    '{spec: {podSelector: {}, egress: [{}]}}',
  ],
  [
    'an ingress',
    '/apis/networking.k8s.io/v1/ingresses',
    '{spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: x, port: {number: 80}}}}]}}]}}',
  ],
  ['a config map', '/api/v1/configmaps', '{data: {a: b}, binaryData: {c: eA==}}'],
  ['a secret', '/api/v1/secrets', '{stringData: {a: b}}'],
  ['a service account', '/api/v1/serviceaccounts', '{}'],
  [
    'a lease',
    '/apis/coordination.k8s.io/v1/leases',
    '{spec: {holderIdentity: x, leaseDurationSeconds: 5, renewTime: "2024-01-01T00:00:00.000000Z"}}',
  ],
  [
    'a role',
    '/apis/rbac.authorization.k8s.io/v1/roles',
    '{rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}',
  ],
  [
    'a role binding',
    '/apis/rbac.authorization.k8s.io/v1/rolebindings',
    '{roleRef: {kind: ClusterRole, name: view}, subjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s, namespace: x}]}',
  ],
  [
    'a slice',
    '/apis/discovery.k8s.io/v1/endpointslices',
    '{addressType: IPv4, endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}',
  ],
  ['endpoints', '/api/v1/endpoints', '{subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 80}]}]}'],
])('%s', async (_, path, spec) => {
  expect(await made(path, spec)).toMatchSnapshot()
})

test.each<[string, string, string]>([
  ['a namespace', '/api/v1/namespaces', '{}'],
  [
    'a volume',
    '/api/v1/persistentvolumes',
    '{spec: {capacity: {storage: 1024Mi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}, storageClassName: none}}',
  ],
  ['a storage class', '/apis/storage.k8s.io/v1/storageclasses', '{provisioner: example.com/x}'],
  ['a priority class', '/apis/scheduling.k8s.io/v1/priorityclasses', '{value: 5}'],
  [
    'a cluster role binding',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    '{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: Group, name: g}]}',
  ],
])('%s', async (_, path, spec) => {
  expect(await made(path, spec, false)).toMatchSnapshot()
})
