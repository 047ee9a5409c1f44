import { type JsonObject, objectAt, objectsAt, stringAt, valueAt } from '../object.ts'
import { ageCell, count, nameCell, sizeOf, text } from './cells.ts'
import { column, type Printer, wide } from './table.ts'

const namespace: Printer = {
  columns: [column('Name'), column('Status'), column('Age')],
  cells: (one, now) => [nameCell(one), text(one, 'status', 'phase'), ageCell(one, now)],
}

const configMap: Printer = {
  columns: [column('Name'), column('Data'), column('Age')],
  cells: (one, now) => [nameCell(one), sizeOf(one, 'data') + sizeOf(one, 'binaryData'), ageCell(one, now)],
}

const secret: Printer = {
  columns: [column('Name'), column('Type'), column('Data'), column('Age')],
  cells: (one, now) => [nameCell(one), text(one, 'type'), sizeOf(one, 'data'), ageCell(one, now)],
}

const serviceAccount: Printer = {
  columns: [column('Name'), column('Secrets'), column('Age')],
  cells: (one, now) => [nameCell(one), sizeOf(one, 'secrets'), ageCell(one, now)],
}

const lease: Printer = {
  columns: [column('Name'), column('Holder'), column('Age')],
  cells: (one, now) => [nameCell(one), text(one, 'spec', 'holderIdentity'), ageCell(one, now)],
}

const priorityClass: Printer = {
  columns: [
    column('Name'),
    column('Value', 'integer'),
    column('Global-Default', 'boolean'),
    column('Age'),
    column('PreemptionPolicy'),
  ],
  cells: (one, now) => [
    nameCell(one),
    count(one, 'value'),
    valueAt(one, 'globalDefault') === true,
    ageCell(one, now),
    text(one, 'preemptionPolicy'),
  ],
}

const node: Printer = {
  columns: [
    ...['Name', 'Status', 'Roles', 'Age', 'Version'].map((name) => column(name)),
    ...['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'].map((name) =>
      wide(name),
    ),
  ],
  cells: (one, now) => {
    const info = objectAt(one, 'status', 'nodeInfo') ?? {}
    return [
      nameCell(one),
      nodeStatus(one),
      nodeRoles(one),
      ageCell(one, now),
      text(info, 'kubeletVersion'),
      address(one, 'InternalIP'),
      address(one, 'ExternalIP'),
      text(info, 'osImage') || '<unknown>',
      text(info, 'kernelVersion') || '<unknown>',
      text(info, 'containerRuntimeVersion') || '<unknown>',
    ]
  },
}

function nodeStatus(one: JsonObject): string {
  const ready = objectsAt(one, 'status', 'conditions').find(({ type }) => type === 'Ready')
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return valueAt(one, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status
}

const rolePrefix = 'node-role.kubernetes.io/'

function nodeRoles(one: JsonObject): string {
  const labels = Object.entries(objectAt(one, 'metadata', 'labels') ?? {})
  const roles = labels.flatMap(([name, value]) => {
    if (name.startsWith(rolePrefix)) return name.slice(rolePrefix.length) || []
    return name === 'kubernetes.io/role' && typeof value === 'string' ? value || [] : []
  })
  return [...new Set(roles)].sort().join(',') || '<none>'
}

function address(one: JsonObject, type: string): string {
  const found = objectsAt(one, 'status', 'addresses').find((entry) => entry.type === type)
  return stringAt(found, 'address') ?? '<none>'
}

const binding: Printer = {
  columns: [
    column('Name'),
    column('Role'),
    column('Age'),
    wide('Users'),
    wide('Groups'),
    wide('ServiceAccounts'),
  ],
  cells: (one, now) => {
    const subjects = (kind: string): JsonObject[] =>
      objectsAt(one, 'subjects').filter((entry) => entry.kind === kind)
    const names = (kind: string): string =>
      subjects(kind)
        .map((entry) => text(entry, 'name'))
        .join(', ')
    const accounts = subjects('ServiceAccount').map(
      (entry) => `${text(entry, 'namespace')}/${text(entry, 'name')}`,
    )
    return [
      nameCell(one),
      `${text(one, 'roleRef', 'kind')}/${text(one, 'roleRef', 'name')}`,
      ageCell(one, now),
      names('User'),
      names('Group'),
      accounts.join(', '),
    ]
  },
}

/** Name and time of creation, for kinds that have no table of their own. */
const created: Printer = {
  columns: [column('Name'), column('Created At', 'date')],
  cells: (one) => [nameCell(one), text(one, 'metadata', 'creationTimestamp')],
}

/** How the remaining kinds are shown, by group and kind. */
const quota: Printer = {
  columns: [column('Name'), column('Request'), column('Limit'), column('Age')],
  cells: (one, now) => {
    const hard = Object.entries(objectAt(one, 'status', 'hard') ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    const shown = (limits: boolean): string =>
      hard
        .filter(([name]) => name.startsWith('limits.') === limits)
        .map(([name, most]) => `${name}: ${text(one, 'status', 'used', name) || '0'}/${most}`)
        .join(', ')
    return [nameCell(one), shown(false), shown(true), ageCell(one, now)]
  },
}

export const clusterPrinters: Readonly<Record<string, Printer>> = {
  '/ResourceQuota': quota,
  '/Namespace': namespace,
  '/ConfigMap': configMap,
  '/Secret': secret,
  '/ServiceAccount': serviceAccount,
  '/Node': node,
  'coordination.k8s.io/Lease': lease,
  'scheduling.k8s.io/PriorityClass': priorityClass,
  'rbac.authorization.k8s.io/RoleBinding': binding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': binding,
  'rbac.authorization.k8s.io/Role': created,
  'rbac.authorization.k8s.io/ClusterRole': created,
  'apiextensions.k8s.io/CustomResourceDefinition': created,
}
