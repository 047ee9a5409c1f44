/** The pod that looks: as little as a pod can be, so that every cluster admits it. */
import type { NetworkPolicy, Pod } from '@orlop/kube'

/** On everything that a probe makes; its value is the run. */
export const probeLabel = 'orlop.dev/probe'

export interface ProbePod {
  readonly namespace: string
  readonly name: string
  /** Which run of the doctor made it. */
  readonly run: string
  readonly node: string
  readonly image: string
  readonly command: readonly string[]
}

/** Should the program that made it be killed, it still ends. */
const lastsAtMost = 60

export function probePod({ namespace, name, run, node, image, command }: ProbePod): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { [probeLabel]: run, 'app.kubernetes.io/part-of': 'orlop' } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: lastsAtMost,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // As a DaemonSet does it: the scheduler decides, and says why where it cannot.
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
          },
        },
      },
      tolerations: [{ operator: 'Exists' }],
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'probe',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: [...command],
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  }
}

/** Lets nobody in to one pod of the run. */
export function closingPolicy(namespace: string, name: string, run: string, role: string): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name, labels: { [probeLabel]: run } },
    spec: {
      podSelector: { matchLabels: { [probeLabel]: run, [roleLabel]: role } },
      policyTypes: ['Ingress'],
    },
  }
}

export const roleLabel = 'orlop.dev/probe-role'
