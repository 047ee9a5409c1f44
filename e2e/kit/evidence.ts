/** What is kept of a test that failed, in test-results/e2e/: objects, events and logs of its namespace, and of the operator. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../targets/command.ts'
import { kubectl } from './cluster.ts'

export const evidence: string = join(root, 'test-results', 'e2e')

export async function collect(namespace: string, test: string): Promise<void> {
  const folder = join(evidence, test.replaceAll(/[^\w.-]+/g, '-').slice(0, 80))
  await mkdir(folder, { recursive: true })
  const save = async (file: string, ...args: readonly string[]): Promise<void> => {
    const text = await kubectl(args, { within: 20_000 }).catch(String)
    await writeFile(join(folder, file), `${text}\n`)
  }
  await save('objects.txt', '-n', namespace, 'get', 'redis,all,pvc,hpa,netpol,endpointslices', '-o', 'wide')
  await save('redis.yaml', '-n', namespace, 'get', 'redis', '-o', 'yaml')
  await save('pods.txt', '-n', namespace, 'describe', 'pods')
  await save('events.txt', '-n', namespace, 'get', 'events', '--sort-by=.lastTimestamp')
  await save(
    'operator.log',
    '-n',
    'orlop-system',
    'logs',
    '-l',
    'app.kubernetes.io/name=orlop-operator',
    '--tail=-1',
    '--prefix',
  )
  const pods = await kubectl(['-n', namespace, 'get', 'pods', '-o', 'name']).catch(() => '')
  for (const pod of pods.split('\n').filter(Boolean)) {
    const name = pod.replace('pod/', '')
    await save(`${name}.log`, '-n', namespace, 'logs', name, '--all-containers', '--tail=300')
    await save(
      `${name}.previous.log`,
      '-n',
      namespace,
      'logs',
      name,
      '--all-containers',
      '--tail=300',
      '--previous',
    )
  }
}
