/** The operator as users install it: by the rendered YAML. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { installYaml } from '../targets/images.ts'
import { kubectl } from './cluster.ts'

export const operatorNamespace = 'orlop-system'

/** Applies the YAML, and waits until both replicas are there. */
export async function installOperator(): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', installYaml])
  await kubectl(
    ['--namespace', operatorNamespace, 'rollout', 'status', 'deployment/orlop-operator', '--timeout=120s'],
    { within: 130_000 },
  )
}

/** Deletes what the YAML made, but for the definitions and the namespace: with the definitions every cache would go. */
export async function removeOperator(): Promise<void> {
  const kept = ['CustomResourceDefinition', 'Namespace']
  const documents = parseAllDocuments(await readFile(installYaml, 'utf8')).filter(
    (one) => !kept.includes(String(one.get('kind'))),
  )
  const file = join(await mkdtemp(join(tmpdir(), 'e2e-')), 'without-definitions.yaml')
  await writeFile(file, documents.map(String).join('---\n'))
  await kubectl(['delete', '--ignore-not-found', '--wait', '--filename', file])
}
