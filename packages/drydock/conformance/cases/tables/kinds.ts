/** An object of every kind with what its table shows, and where it is made. */
import type { Json } from '../../api.ts'
import { yaml } from '../../cluster.ts'

export interface Sample {
  /** Below /api or /apis; NS is the namespace. */
  readonly path: string
  readonly object: string
  /** Written to `/status` afterwards. */
  readonly status?: string
  /** What controllers write there first. */
  readonly settles?: (body: Json) => unknown
}

const template =
  'template: {metadata: {labels: {app: a}}, spec: {containers: [{name: one, image: redis:7}, {name: two, image: busybox}]}}'
const selector = 'selector: {matchLabels: {app: a}, matchExpressions: [{key: tier, operator: DoesNotExist}]}'

export const samples: readonly Sample[] = [
  { path: 'api/v1/namespaces/NS/configmaps', object: '{data: {a: x, b: y}, binaryData: {c: eA==}}' },
  { path: 'api/v1/namespaces/NS/secrets', object: '{type: example.com/x, data: {a: eA==}}' },
  { path: 'api/v1/namespaces/NS/serviceaccounts', object: '{secrets: [{name: a}]}' },
  {
    path: 'api/v1/namespaces/NS/endpoints',
    object:
      '{subsets: [{addresses: [{ip: 10.1.1.1}, {ip: 10.1.1.2}, {ip: 10.1.1.3}, {ip: 10.1.1.4}], ports: [{port: 80}]}]}',
  },
  { path: 'api/v1/namespaces/NS/limitranges', object: '{spec: {limits: [{type: Pod, max: {cpu: "1"}}]}}' },
  {
    path: 'api/v1/namespaces/NS/resourcequotas',
    object: '{spec: {}}',
  },
  { path: 'api/v1/namespaces/NS/podtemplates', object: `{${template}}` },
  {
    path: 'api/v1/namespaces/NS/services',
    object:
      '{spec: {selector: {app: a, tier: b}, clusterIP: 10.96.0.200, ports: [{name: a, port: 80}, {name: b, port: 443, protocol: UDP}]}}',
  },
  {
    path: 'api/v1/namespaces/NS/events',
    object:
      '{involvedObject: {kind: Pod, namespace: NS, name: x, fieldPath: spec.a}, reason: Why, message: what, type: Warning, count: 3, source: {component: me, host: here}, firstTimestamp: "2020-01-01T00:00:00Z", lastTimestamp: "2020-01-01T00:00:00Z"}',
  },
  {
    path: 'apis/events.k8s.io/v1/namespaces/NS/events',
    object:
      '{regarding: {kind: Pod, namespace: NS, name: x}, reason: Why, note: what, type: Normal, action: Do, reportingController: a.b/c, reportingInstance: here, eventTime: "2020-01-01T00:00:00.000000Z"}',
  },
  {
    path: 'api/v1/namespaces/NS/replicationcontrollers',
    object: `{spec: {replicas: 0, selector: {app: a}, ${template}}}`,
  },
  {
    path: 'apis/apps/v1/namespaces/NS/deployments',
    object: `{spec: {replicas: 0, ${selector}, ${template}}}`,
  },
  {
    path: 'apis/apps/v1/namespaces/NS/replicasets',
    object: `{spec: {replicas: 0, ${selector}, ${template}}}`,
  },
  {
    path: 'apis/apps/v1/namespaces/NS/statefulsets',
    object: `{spec: {replicas: 0, serviceName: s, ${selector}, ${template}}}`,
  },
  {
    path: 'apis/apps/v1/namespaces/NS/daemonsets',
    object: `{spec: {${selector}, template: {metadata: {labels: {app: a}}, spec: {nodeSelector: {no: where}, containers: [{name: one, image: redis}]}}}}`,
  },
  {
    path: 'apis/apps/v1/namespaces/NS/controllerrevisions',
    object: '{revision: 7, data: {a: b}}',
  },
  {
    path: 'apis/batch/v1/namespaces/NS/jobs',
    object:
      '{spec: {suspend: true, completions: 3, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}',
    settles: ({ status }) => status.conditions?.some((one: Json) => one.type === 'Suspended'),
  },
  {
    path: 'apis/batch/v1/namespaces/NS/cronjobs',
    object:
      '{spec: {schedule: "0 0 1 1 *", suspend: true, timeZone: Etc/UTC, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}}',
  },
  {
    path: 'apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
    object:
      '{spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: none, apiVersion: apps/v1}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}}',
  },
  {
    path: 'apis/policy/v1/namespaces/NS/poddisruptionbudgets',
    object: '{spec: {maxUnavailable: 20%, selector: {matchLabels: {app: none}}}}',
  },
  {
    path: 'apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
    object: `{spec: {podSelector: {matchLabels: {app: a}, matchExpressions: [{key: b, operator: In, values: [x, y]}]}}}`,
  },
  {
    path: 'apis/networking.k8s.io/v1/namespaces/NS/ingresses',
    object:
      '{spec: {ingressClassName: c, tls: [{hosts: [a.b]}], rules: [{host: a.b, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}, {host: c.d}]}}',
    status: '{loadBalancer: {ingress: [{ip: 10.9.9.9}, {hostname: x.y}]}}',
  },
  {
    path: 'apis/networking.k8s.io/v1/ingressclasses',
    object: '{spec: {controller: a.b/c, parameters: {kind: K, apiGroup: g.h, name: n}}}',
  },
  {
    path: 'apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
    object:
      '{addressType: IPv4, endpoints: [{addresses: [10.1.1.1]}, {addresses: [10.1.1.2]}], ports: [{port: 80, name: a}, {port: 81, name: b}]}',
  },
  {
    path: 'apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles',
    object: '{rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]}',
  },
  {
    path: 'apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
    object:
      '{roleRef: {kind: ClusterRole, name: view}, subjects: [{kind: User, name: a}, {kind: Group, name: b}, {kind: ServiceAccount, name: c, namespace: d}]}',
  },
  {
    path: 'apis/rbac.authorization.k8s.io/v1/clusterroles',
    object: '{rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]}',
  },
  {
    path: 'apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    object: '{roleRef: {kind: ClusterRole, name: view}, subjects: [{kind: User, name: a}]}',
  },
  { path: 'apis/storage.k8s.io/v1/storageclasses', object: '{provisioner: a/b, allowVolumeExpansion: true}' },
  { path: 'apis/storage.k8s.io/v1/csidrivers', object: '{spec: {attachRequired: false}}' },
  { path: 'apis/storage.k8s.io/v1/csinodes', object: '{spec: {drivers: [{name: a, nodeID: b}]}}' },
  {
    path: 'apis/storage.k8s.io/v1/volumeattachments',
    object: '{spec: {attacher: a, nodeName: b, source: {persistentVolumeName: c}}}',
  },
  { path: 'apis/scheduling.k8s.io/v1/priorityclasses', object: '{value: 7}' },
  { path: 'apis/coordination.k8s.io/v1/namespaces/NS/leases', object: '{spec: {holderIdentity: me}}' },
  {
    path: 'apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    object:
      '{metadata: {name: NAMEs.example.com}, spec: {group: example.com, scope: Namespaced, names: {plural: NAMEs, kind: NAME}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}',
  },
  { path: 'api/v1/namespaces', object: '{}' },
  {
    path: 'api/v1/nodes',
    object: '{metadata: {labels: {node-role.kubernetes.io/worker: ""}}, spec: {unschedulable: true}}',
    status:
      '{addresses: [{type: InternalIP, address: 10.2.2.2}], nodeInfo: {kubeletVersion: v1.34.0, osImage: Linux, kernelVersion: "6.1", containerRuntimeVersion: "x://1", architecture: "", bootID: "", kubeProxyVersion: "", machineID: "", operatingSystem: "", systemUUID: ""}, conditions: [{type: Ready, status: "True", lastHeartbeatTime: "2030-01-01T00:00:00Z"}]}',
  },
  {
    path: 'api/v1/namespaces/NS/persistentvolumeclaims',
    object:
      '{spec: {storageClassName: none, accessModes: [ReadWriteOnce, ReadOnlyMany], resources: {requests: {storage: 1Gi}}}}',
  },
  {
    path: 'api/v1/persistentvolumes',
    object:
      '{spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteMany], storageClassName: none, hostPath: {path: /x}}}',
    settles: ({ status }) => status.phase === 'Available',
  },
  {
    path: 'api/v1/namespaces/NS/pods',
    object:
      '{spec: {schedulerName: nobody, containers: [{name: a, image: b}, {name: c, image: d}], readinessGates: [{conditionType: a.b/c}]}}',
    status:
      '{phase: Running, podIP: 10.3.3.3, podIPs: [{ip: 10.3.3.3}], containerStatuses: [{name: a, image: b, imageID: b, ready: true, restartCount: 2, state: {running: {}}}, {name: c, image: d, imageID: d, ready: false, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}}]}',
  },
]

/** The manifest of a sample under a name. */
export function manifestOf({ object }: Sample, name: string, ns: string): object {
  const body = yaml(object.replaceAll('NAME', name.replace(/-/g, '')).replace(/\bNS\b/g, ns))
  return { ...body, metadata: { name, ...body.metadata } }
}
