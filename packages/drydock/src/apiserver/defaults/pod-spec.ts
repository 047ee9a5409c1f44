import {
  ensureObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  setDefault,
  stringAt,
  valueAt,
} from '../object.ts'

/** What k8s.io/kubernetes pkg/apis/core/v1/defaults.go fills into a pod's spec, in a pod and in a template. */
export function defaultPodSpec(spec: JsonObject): void {
  setDefault(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  setDefault(spec, 'dnsPolicy', 'ClusterFirst')
  setDefault(spec, 'securityContext', {})
  setDefault(spec, 'schedulerName', 'default-scheduler')
  // The older name of the field follows the newer one, and counts when it stands alone.
  const account = stringAt(spec, 'serviceAccountName') || stringAt(spec, 'serviceAccount')
  if (account) Object.assign(spec, { serviceAccountName: account, serviceAccount: account })
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of objectsAt(spec, list)) defaultContainer(container, spec.hostNetwork === true)
  }
  for (const volume of objectsAt(spec, 'volumes')) defaultVolume(volume)
}

/** What is filled into a pod but not into a template. */
export function defaultRunningPodSpec(spec: JsonObject): void {
  defaultPodSpec(spec)
  setDefault(spec, 'enableServiceLinks', true)
  setDefault(spec, 'serviceAccountName', 'default')
  setDefault(spec, 'serviceAccount', spec.serviceAccountName)
  defaultTolerations(spec)
  for (const list of ['initContainers', 'containers']) {
    for (const container of objectsAt(spec, list)) requestWhatIsLimited(container)
  }
}

/** A pod stays for five minutes on a node that went silent: the admission plugin DefaultTolerationSeconds. */
function defaultTolerations(spec: JsonObject): void {
  const tolerations = objectsAt(spec, 'tolerations')
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const known = tolerations.some(
      (one) => (one.key === key || !one.key) && (one.effect === 'NoExecute' || !one.effect),
    )
    if (!known) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  }
  spec.tolerations = tolerations
}

function requestWhatIsLimited(container: JsonObject): void {
  const limits = objectAt(container, 'resources', 'limits')
  if (limits === undefined) return
  const requests = ensureObject(ensureObject(container, 'resources'), 'requests')
  for (const [resource, amount] of Object.entries(limits)) setDefault(requests, resource, amount)
}

function defaultContainer(container: JsonObject, hostNetwork: boolean): void {
  setDefault(container, 'resources', {})
  setDefault(container, 'terminationMessagePath', '/dev/termination-log')
  setDefault(container, 'terminationMessagePolicy', 'File')
  setDefault(container, 'imagePullPolicy', pullPolicy(stringAt(container, 'image') ?? ''))
  for (const port of objectsAt(container, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (hostNetwork) setDefault(port, 'hostPort', port.containerPort)
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = objectAt(container, name)
    if (probe !== undefined) defaultProbe(probe)
  }
  for (const hook of ['postStart', 'preStop']) defaultHttp(objectAt(container, 'lifecycle', hook, 'httpGet'))
  for (const variable of objectsAt(container, 'env')) {
    defaultFieldRef(objectAt(variable, 'valueFrom', 'fieldRef'))
    const resource = objectAt(variable, 'valueFrom', 'resourceFieldRef')
    if (resource !== undefined) setDefault(resource, 'divisor', '0')
  }
}

/** `latest`, said or not, may have changed since; any other tag or a digest has not. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: JsonObject): void {
  setDefault(probe, 'timeoutSeconds', 1)
  setDefault(probe, 'periodSeconds', 10)
  setDefault(probe, 'successThreshold', 1)
  setDefault(probe, 'failureThreshold', 3)
  for (const field of ['timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']) {
    if (numberAt(probe, field) !== 0) continue
    probe[field] = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }[field]
  }
  defaultHttp(objectAt(probe, 'httpGet'))
  const grpc = objectAt(probe, 'grpc')
  if (grpc !== undefined) setDefault(grpc, 'service', '')
}

function defaultHttp(action: JsonObject | undefined): void {
  if (action === undefined) return
  if (!action.path) action.path = '/'
  setDefault(action, 'scheme', 'HTTP')
}

function defaultFieldRef(reference: JsonObject | undefined): void {
  if (reference !== undefined) setDefault(reference, 'apiVersion', 'v1')
}

/** 0644. */
const readable = 420

function defaultVolume(volume: JsonObject): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {}
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const found = objectAt(volume, source)
    if (found !== undefined) setDefault(found, 'defaultMode', readable)
  }
  for (const item of objectsAt(volume, 'downwardAPI', 'items')) defaultFieldRef(objectAt(item, 'fieldRef'))
  for (const source of objectsAt(volume, 'projected', 'sources')) {
    for (const item of objectsAt(source, 'downwardAPI', 'items')) defaultFieldRef(objectAt(item, 'fieldRef'))
    const token = objectAt(source, 'serviceAccountToken')
    if (token !== undefined) setDefault(token, 'expirationSeconds', 3600)
  }
  const hostPath = objectAt(volume, 'hostPath')
  if (hostPath !== undefined) setDefault(hostPath, 'type', '')
  const claim = objectAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec')
  if (claim !== undefined) setDefault(claim, 'volumeMode', 'Filesystem')
}

/** How a pod is ranked when memory is short: pkg/apis/core/v1/helper/qos. */
export function qosClass(spec: JsonObject): string {
  const containers = [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]
  const counted = (resource: string) => resource === 'cpu' || resource === 'memory'
  let any = false
  let guaranteed = true
  for (const container of containers) {
    const requests = objectAt(container, 'resources', 'requests') ?? {}
    const limits = objectAt(container, 'resources', 'limits') ?? {}
    if ([...Object.keys(requests), ...Object.keys(limits)].some(counted)) any = true
    for (const resource of ['cpu', 'memory']) {
      const limit = valueAt(limits, resource)
      if (limit === undefined || (requests[resource] ?? limit) !== limit) guaranteed = false
    }
  }
  if (!any) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
