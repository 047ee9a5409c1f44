/**
 * Writes what follows from the operator's list of permissions (packages/operator/src/permissions.ts) and from the definitions: the
 * roles of config/, the rules and definitions in the chart, the tables of docs/install.md and of the chart's values. With `--check` it writes nothing and fails
 * if a file is not current.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Document, isMap, parseDocument, type Scalar, stringify } from 'yaml'
import { atHome, inCluster, inNamespaces, type Permission } from '../packages/operator/src/permissions.ts'
import { valuesTable } from './render-values.ts'

const root = resolve(import.meta.dirname, '..')
const written = 'Written by node hack/render-roles.ts from packages/operator/src/permissions.ts; do not edit.'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** What follows, by path. */
export async function derived(): Promise<ReadonlyMap<string, string>> {
  const crd = await readFile(join(root, 'config/crd/orlop.dev_redis.yaml'), 'utf8')
  const values = await readFile(join(root, 'charts/orlop/values.yaml'), 'utf8')
  const page = async (path: string, name: string, table: string): Promise<[string, string]> => [
    path,
    withTable(path, await readFile(join(root, path), 'utf8'), name, table),
  ]
  return new Map([
    ['config/rbac/operator.yaml', operatorRoles()],
    ['charts/orlop/files/rules.yaml', chartRules()],
    ['charts/orlop/files/crds/orlop.dev_redis.yaml', keptByHelm(crd)],
    await page('docs/install.md', 'permissions', permissionsTable()),
    await page('charts/orlop/README.md', 'values', valuesTable(values)),
  ])
}

function operatorRoles(): string {
  const labels = { 'app.kubernetes.io/name': 'orlop-operator', 'app.kubernetes.io/part-of': 'orlop' }
  const name = 'orlop-operator'
  const namespace = 'orlop-system'
  const lease = `${name}-lease`
  const documents = [
    roleOf('ClusterRole', { name, labels }, [...inNamespaces, ...inCluster]),
    bindingOf('ClusterRoleBinding', { name, labels }, 'ClusterRole', name),
    roleOf('Role', { name: lease, namespace, labels }, atHome),
    bindingOf('RoleBinding', { name: lease, namespace, labels }, 'Role', lease),
  ]
  return `# ${written}\n${documents.join('---\n')}`
}

function roleOf(kind: string, metadata: object, permissions: readonly Permission[]): string {
  const rules = permissions.map(ruleOf)
  const document = new Document({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, rules })
  for (const [i, { why }] of permissions.entries()) {
    const rule = document.getIn(['rules', i], true)
    if (isMap(rule)) rule.commentBefore = ` ${why}.`
  }
  return document.toString({ lineWidth: 0 })
}

function bindingOf(kind: string, metadata: object, of: string, role: string): string {
  return stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: of, name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'orlop-operator', namespace: 'orlop-system' }],
  })
}

function ruleOf({ group, resource, verbs, names }: Permission): Rule {
  return {
    apiGroups: [group],
    resources: [resource],
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs,
  }
}

function chartRules(): string {
  const rules = {
    namespaces: inNamespaces.map(ruleOf),
    cluster: inCluster.map(ruleOf),
    home: atHome.map(ruleOf),
  }
  return `# ${written}\n${stringify(rules)}`
}

/** Uninstalling the chart must not take every cache along. */
function keptByHelm(crd: string): string {
  const document = parseDocument<Scalar>(crd)
  document.setIn(['metadata', 'annotations', 'helm.sh/resource-policy'], 'keep')
  document.commentBefore = ' Written by node hack/render-roles.ts from config/crd; do not edit.'
  return document.toString({ lineWidth: 0 })
}

function permissionsTable(): string {
  const part = (where: string, permissions: readonly Permission[]): string[] =>
    permissions.map(({ group, resource, verbs, names, why }) => {
      const what = group === '' ? resource : `${resource} (${group})`
      const named = names === undefined ? '' : `, only ${names.map((name) => `\`${name}\``).join(', ')}`
      return `| ${where} | ${what}${named} | ${verbs.join(' ')} | ${why} |`
    })
  const rows = [
    '| where | what | may | why |',
    '|---|---|---|---|',
    ...part('namespaces with caches', inNamespaces),
    ...part('whole cluster', inCluster),
    ...part('its own namespace', atHome),
  ]
  return rows.join('\n')
}

/** Between `<!-- NAME -->` and `<!-- end of NAME -->`. */
function withTable(path: string, text: string, name: string, table: string): string {
  const [begins, ends] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`]
  const [before, rest] = text.split(begins)
  const after = rest?.split(ends)[1]
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for ${name}`)
  return `${before}${begins}\n${table}\n\n${ends}${after}`
}

if (import.meta.main) {
  const check = process.argv.includes('--check')
  for (const [path, text] of await derived()) {
    const current = await readFile(join(root, path), 'utf8').catch(() => undefined)
    if (current === text) continue
    if (check) {
      console.error(`${path} is not current; run: npm run generate`)
      process.exitCode = 1
    } else {
      await writeFile(join(root, path), text)
      console.log(`wrote ${path}`)
    }
  }
}
