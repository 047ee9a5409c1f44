/** The StatefulSet that holds the instances. Orlop orders the restarts (OnDelete); Kubernetes replaces lost pods. */
import { capacity, type ResolvedRedis } from '@orlop/api'
import type { StatefulSet } from '@orlop/kube'
import { imageOf } from '../../images.ts'
import { restartDirectives } from './config.ts'
import { commonLabels, fingerprint, metadataFor, selectorLabels, stamped } from './metadata.ts'
import {
  authSecretName,
  configMapName,
  dataContainer,
  nodesServiceName,
  redisPort,
  statefulSetName,
} from './names.ts'
import { schedulingFor } from './scheduling.ts'
import { passwordFile, privateFolder, settingsFolder } from './start-script.ts'

/** What a pod was built from, as one hash, and the parts of it, to say which one changed. */
export const podHashAnnotation = 'orlop.dev/pod-hash'
export const podPartsAnnotation = 'orlop.dev/pod-parts'

type PodTemplate = NonNullable<StatefulSet['spec']>['template']

/**
 * `claimSize` is the size in the template of a StatefulSet that exists: the template is immutable, and growing is done on
 * the claims themselves (steps/grow-volumes.ts).
 */
export function buildStatefulSet(redis: ResolvedRedis, replicas: number, claimSize?: string): StatefulSet {
  const { persistence } = redis.spec
  const keepVolumes = persistence.storage.retain ? 'Retain' : 'Delete'
  return stamped<StatefulSet>({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataFor(redis, statefulSetName(redis)),
    spec: {
      replicas,
      serviceName: nodesServiceName(redis),
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: selectorLabels(redis) },
      template: buildPodTemplate(redis),
      ...(persistence.mode === 'none'
        ? {}
        : {
            persistentVolumeClaimRetentionPolicy: { whenDeleted: keepVolumes, whenScaled: 'Retain' },
            volumeClaimTemplates: [claimTemplate(redis, claimSize ?? persistence.storage.size)],
          }),
    },
  })
}

export function buildPodTemplate(redis: ResolvedRedis): PodTemplate {
  const spec = buildPodSpec(redis)
  const parts = {
    image: fingerprint(spec.containers.map((c) => c.image)),
    config: fingerprint(restartDirectives(redis)),
    resources: fingerprint(spec.containers.map((c) => c.resources)),
    pod: fingerprint([redis.spec.pod, redis.spec.placement, redis.spec.auth, redis.spec.persistence.mode]),
  }
  return {
    metadata: {
      labels: { ...commonLabels(redis), ...redis.spec.pod.labels },
      annotations: {
        ...redis.spec.pod.annotations,
        [podHashAnnotation]: fingerprint(parts),
        [podPartsAnnotation]: Object.entries(parts)
          .map(([part, hash]) => `${part}=${hash}`)
          .join(','),
      },
    },
    spec,
  }
}

function buildPodSpec(redis: ResolvedRedis): NonNullable<PodTemplate['spec']> {
  const { spec } = redis
  const persistent = spec.persistence.mode !== 'none'
  const script = (name: string): string[] => ['sh', `${settingsFolder}/${name}.sh`]
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(spec.pod.serviceAccountName === '' ? {} : { serviceAccountName: spec.pod.serviceAccountName }),
    ...(spec.pod.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: spec.pod.imagePullSecrets }),
    // SIGTERM lets replicas catch up (up to 10 s) and saves where saving is on.
    terminationGracePeriodSeconds: persistent ? 120 : 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...schedulingFor(redis),
    containers: [
      {
        name: dataContainer,
        image: imageOf(redis),
        command: script('start'),
        env: [
          { name: 'ENGINE', value: spec.engine },
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        ],
        ports: [{ name: 'redis', containerPort: redisPort, protocol: 'TCP' }],
        resources: resourcesOf(redis),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        startupProbe: {
          exec: { command: script('alive') },
          periodSeconds: 1,
          timeoutSeconds: 3,
          failureThreshold: 300,
        },
        readinessProbe: {
          exec: { command: script('ready') },
          periodSeconds: 2,
          timeoutSeconds: 3,
          failureThreshold: 2,
        },
        livenessProbe: {
          exec: { command: script('alive') },
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        volumeMounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'settings', mountPath: settingsFolder, readOnly: true },
          { name: 'private', mountPath: privateFolder },
          ...(spec.auth.disabled
            ? []
            : [
                {
                  name: 'password',
                  mountPath: passwordFile.slice(0, passwordFile.lastIndexOf('/')),
                  readOnly: true,
                },
              ]),
        ],
      },
    ],
    volumes: [
      { name: 'settings', configMap: { name: configMapName(redis), defaultMode: 0o444 } },
      { name: 'private', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ...(spec.auth.disabled
        ? []
        : [
            {
              name: 'password',
              secret: {
                secretName: authSecretName(redis),
                defaultMode: 0o400,
                items: [{ key: 'password', path: 'password' }],
              },
            },
          ]),
      ...(persistent ? [] : [{ name: 'data', emptyDir: {} }]),
    ],
  }
}

function resourcesOf(redis: ResolvedRedis): {
  requests: Record<string, string>
  limits: Record<string, string>
} {
  const { limitBytes } = capacity(redis)
  const given = redis.spec.resources
  return {
    requests: { cpu: '100m', memory: String(limitBytes), ...given.requests },
    limits: { memory: String(limitBytes), ...given.limits },
  }
}

type Claim = NonNullable<NonNullable<StatefulSet['spec']>['volumeClaimTemplates']>[number]

function claimTemplate(redis: ResolvedRedis, size: string): Claim {
  const { storageClassName } = redis.spec.persistence.storage
  return {
    metadata: { name: 'data', labels: selectorLabels(redis) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(storageClassName === '' ? {} : { storageClassName }),
    },
  }
}

/** The Secret whose password the instances were made with; undefined where they were made without. */
export function passwordSecretOf(statefulSet: StatefulSet): string | undefined {
  const volumes = statefulSet.spec?.template.spec?.volumes ?? []
  return volumes.find((volume) => volume.name === 'password')?.secret?.secretName
}
