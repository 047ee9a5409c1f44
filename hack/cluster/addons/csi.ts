/** Network disks: our driver on every node, and the controllers of CSI beside the API server. */
import { join } from 'node:path'
import type { Addon } from '../addon.ts'
import type { Service } from '../services.ts'

/** On `cp`, where only the control plane runs. */
const kubeconfig = '/var/lib/kubernetes/admin.conf'
const socket = '/run/csi/csi.sock'

/** What a controller that speaks to the driver is told. */
const sidecar = [`--csi-address=${socket}`, `--kubeconfig=${kubeconfig}`]
/** Failures are tried again after at most so long: tests wait for what comes after them. */
const retries = ['--retry-interval-start=500ms', '--retry-interval-max=15s']

const controllers: readonly Service[] = [
  {
    name: 'csi-driver',
    command: ['csi-driver', `-controller-socket=${socket}`, `-kubeconfig=${kubeconfig}`],
  },
  { name: 'csi-resizer', command: ['csi-resizer', ...sidecar, ...retries] },
  { name: 'csi-snapshotter', command: ['csi-snapshotter', ...sidecar, ...retries] },
  {
    name: 'snapshot-controller',
    command: ['snapshot-controller', `--kubeconfig=${kubeconfig}`, ...retries],
  },
]

export const csi: Addon = {
  name: 'StorageClass csi',
  programs: ['csi-driver', 'csi-resizer', 'csi-snapshotter', 'snapshot-controller'],
  manifests: ['snapshot-kinds.yaml', 'csi.yaml'].map((name) => join(import.meta.dirname, name)),
  onNode: ({ name }) => [{ name: 'csi-driver', command: ['csi-driver', `-node=${name}`] }],
  onControlPlane: () => controllers,
}
