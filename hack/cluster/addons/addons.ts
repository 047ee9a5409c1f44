/** What `up` adds to the bare cluster, in this order. */
import { join } from 'node:path'
import type { Addon } from '../addon.ts'
import { csi } from './csi.ts'

const manifest = (name: string): string => join(import.meta.dirname, name)

const localPath: Addon = {
  name: 'StorageClass local-path',
  images: ['local-path-provisioner', 'busybox'],
  manifests: [manifest('local-path.yaml')],
  available: ['local-path-storage/local-path-provisioner'],
}

const metricsServer: Addon = {
  name: 'metrics-server',
  images: ['metrics-server'],
  manifests: [manifest('metrics-server.yaml')],
  available: ['kube-system/metrics-server'],
}

export const addons: readonly Addon[] = [localPath, csi, metricsServer]
