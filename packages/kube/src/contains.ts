import { sameQuantity } from './quantity.ts'

/**
 * Which fields make two entries of a list the same one, by the name of the list: the `listMapKeys` of Kubernetes' own
 * types (openapi `x-kubernetes-list-map-keys`). A list that is not named here is atomic: all of it is wanted, in its order.
 */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  ports: ['containerPort', 'port', 'protocol'],
  ownerReferences: ['uid'],
  conditions: ['type'],
  hostAliases: ['ip'],
}

/** Lists of plain values to which others may add. */
const sets: ReadonlySet<string> = new Set(['finalizers'])

/** Fields whose values are quantities, by their own name or by that of the map they are in. */
const quantities: ReadonlySet<string> = new Set([
  'requests',
  'limits',
  'capacity',
  'hard',
  'sizeLimit',
  'divisor',
])

/**
 * Whether `live` has everything that `desired` asks for, with whatever the server and others added.
 * Absent, null and empty are the same wish: none.
 */
export function contains(live: unknown, desired: unknown): boolean {
  return within(live, desired, '', '')
}

function within(live: unknown, desired: unknown, field: string, parent: string): boolean {
  if (desired === undefined || desired === null) return live === undefined || live === null
  if (Array.isArray(desired)) {
    if (live === undefined || live === null) return desired.length === 0
    return Array.isArray(live) && listWithin(live, desired, field)
  }
  if (isRecord(desired)) {
    if (live === undefined || live === null) return Object.keys(desired).length === 0
    return (
      isRecord(live) && Object.entries(desired).every(([key, value]) => within(live[key], value, key, field))
    )
  }
  if (live === desired) return true
  return (quantities.has(field) || quantities.has(parent)) && sameQuantity(live, desired)
}

function listWithin(live: readonly unknown[], desired: readonly unknown[], field: string): boolean {
  if (sets.has(field)) return desired.every((value) => live.includes(value))
  const keys = listKeys[field]
  if (!keys) {
    return live.length === desired.length && desired.every((value, i) => within(live[i], value, '', field))
  }
  return desired.every((wanted) =>
    live.some((one) => sameEntry(one, wanted, keys) && within(one, wanted, '', field)),
  )
}

function sameEntry(live: unknown, desired: unknown, keys: readonly string[]): boolean {
  if (!isRecord(live) || !isRecord(desired)) return live === desired
  // A key that is not said has been filled in by the server (a port's protocol).
  return keys.every((key) => desired[key] === undefined || live[key] === desired[key])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
