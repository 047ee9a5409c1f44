/** A manifest as the build makes one, whose pods run a program of this machine: drydock has no image of the operator here. */
export function manifestOf(image = 'busybox'): string {
  return `apiVersion: v1
kind: Namespace
metadata: {name: orlop-system, labels: {app.kubernetes.io/part-of: orlop}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: orlop-operator, namespace: orlop-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: orlop-operator}
rules:
- {apiGroups: [orlop.dev], resources: [redis], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [pods, nodes], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: orlop-view, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
rules:
- {apiGroups: [orlop.dev], resources: [redis], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: orlop-operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: orlop-operator}
subjects: [{kind: ServiceAccount, name: orlop-operator, namespace: orlop-system}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: orlop-operator, namespace: orlop-system}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: orlop-operator}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orlop-operator, namespace: orlop-system}
spec:
  replicas: 2
  selector: {matchLabels: {app: orlop-operator}}
  template:
    metadata: {labels: {app: orlop-operator}}
    spec:
      serviceAccountName: orlop-operator
      terminationGracePeriodSeconds: 0
      containers:
      - name: operator
        image: ${image}
        command: [sleep, "100000"]
        env: [{name: LOG_LEVEL, value: info}]
        resources: {requests: {cpu: 10m, memory: 16Mi}}
`
}
