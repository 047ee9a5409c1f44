/** The one YAML that installs the operator: the definitions and config/, with the version and the image filled in. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'

const root = resolve(import.meta.dirname, '..')

export interface Filling {
  readonly version: string
  /** `orlop.dev/operator:VERSION` unless said. */
  readonly image?: string
}

/** In the order in which `kubectl apply` makes them. */
const files = [
  'operator/namespace.yaml',
  'crd',
  'operator/service-account.yaml',
  'rbac',
  'operator/metrics-service.yaml',
  'operator/network-policy.yaml',
  'operator/pod-disruption-budget.yaml',
  'operator/deployment.yaml',
]

export async function renderInstall({ version, image }: Filling): Promise<string> {
  const documents: string[] = []
  for (const file of await expanded()) {
    for (const document of parseAllDocuments(await readFile(join(root, 'config', file), 'utf8'))) {
      if (document.errors.length > 0) throw new Error(`config/${file}: ${document.errors[0]?.message}`)
      document.setIn(['metadata', 'labels', 'app.kubernetes.io/version'], version)
      if (document.get('kind') === 'Deployment') {
        const template = ['spec', 'template']
        document.setIn([...template, 'metadata', 'labels', 'app.kubernetes.io/version'], version)
        const at = [...template, 'spec', 'containers', 0, 'image']
        const said = String(document.getIn(at))
        document.setIn(at, image ?? said.replace('VERSION', version))
      }
      // One that came after another begins with a line of its own.
      documents.push(document.toString({ lineWidth: 0 }).replace(/^---\n/, ''))
    }
  }
  return `# Orlop ${version}. Install it: kubectl apply --server-side -f orlop.yaml\n${documents.join('---\n')}`
}

async function expanded(): Promise<string[]> {
  const lists = files.map(async (file) =>
    file.endsWith('.yaml')
      ? [file]
      : (await readdir(join(root, 'config', file))).sort().map((name) => join(file, name)),
  )
  return (await Promise.all(lists)).flat()
}

/** The version of the product. */
export async function productVersion(): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return manifest.version
}
