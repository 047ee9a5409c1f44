import { expect, test } from 'vitest'
import { kubectl, namespace, settled, until } from '../../cluster.ts'
import { playKubelet } from '../../kubelet.ts'
import { conditions, sheet } from '../../masked.ts'
import { apps, items, merge } from '../../places.ts'
import { deployment, hashes, livePods, rolled, setsAre, template } from './deployment.ts'

const path = (ns: string) => apps(ns, 'deployments/web')

test.each<[string, object, number, string]>([
  ['1 and 0', { maxSurge: 1, maxUnavailable: 0 }, 3, 'redis:1=3 redis:2=1'],
  ['0 and 1', { maxSurge: 0, maxUnavailable: 1 }, 3, 'redis:1=2 redis:2=1'],
  ['25% and 25% of 4', { maxSurge: '25%', maxUnavailable: '25%' }, 4, 'redis:1=3 redis:2=2'],
  ['50% and 50% of 3', { maxSurge: '50%', maxUnavailable: '50%' }, 3, 'redis:1=2 redis:2=3'],
  ['100% and 0', { maxSurge: '100%', maxUnavailable: 0 }, 3, 'redis:1=3 redis:2=3'],
  ['0 and 100%', { maxSurge: 0, maxUnavailable: '100%' }, 3, 'redis:1=0 redis:2=3'],
  ['the default of one replica', {}, 1, 'redis:1=1 redis:2=1'],
])(
  'maxSurge and maxUnavailable %s: how far it goes with pods that do not become ready',
  async (_, rollingUpdate, replicas, wanted) => {
    const ns = await namespace()
    const kubelet = await playKubelet(ns)
    await deployment(ns, { replicas, strategy: { rollingUpdate } })
    await rolled(ns, replicas)
    kubelet.slow.add('redis:2')
    await merge(path(ns), { spec: { template: template('redis:2') } })
    await setsAre(ns, wanted)
    await settled(path(ns), ({ status }) => status.observedGeneration === 2)
    kubelet.slow.clear()
    await kubelet.look()
    await rolled(ns, replicas)
  },
)

test('Recreate ends the old pods before it makes new ones', async () => {
  const ns = await namespace()
  const kubelet = await playKubelet(ns)
  await deployment(ns, { replicas: 2, strategy: { type: 'Recreate' } })
  await rolled(ns, 2)
  kubelet.lingering.add('*')
  await merge(path(ns), { spec: { template: template('redis:2') } })
  await until(async () => (await livePods(ns)).length === 0)
  await settled(path(ns), ({ status }) => status.observedGeneration === 2 && !status.replicas)
  expect(await items(apps(ns, 'replicasets'))).toHaveLength(1)
  kubelet.lingering.clear()
  await kubelet.look()
  await rolled(ns, 2)
})

test('paused, it only scales; resumed, it rolls', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { replicas: 1 })
  await rolled(ns, 1)
  await merge(path(ns), { spec: { paused: true, replicas: 2, template: template('redis:2') } })
  await setsAre(ns, 'redis:1=2')
  const paused = await settled(
    path(ns),
    (d) => conditions(d).some((c) => c.includes('Paused')) && d.status.availableReplicas === 2,
  )
  expect(conditions(paused, await hashes(ns))).toMatchInlineSnapshot(`
    [
      "Available True MinimumReplicasAvailable: Deployment has minimum availability.",
      "Progressing Unknown DeploymentPaused: Deployment is paused",
    ]
  `)
  await merge(path(ns), { spec: { paused: false } })
  await rolled(ns, 2)
})

test('revisions are counted on ReplicaSets and Deployment, and those beyond the limit go', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns, { revisionHistoryLimit: 1 })
  await rolled(ns, 1)
  for (const image of ['redis:2', 'redis:3']) {
    await merge(path(ns), { spec: { template: template(image) } })
    await rolled(ns, 1)
  }
  await setsAre(ns, 'redis:2=0 redis:3=1')
  const found = await settled(
    path(ns),
    (d) => d.metadata.annotations['deployment.kubernetes.io/revision'] === '3',
  )
  expect(found.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' })
})

test('kubectl rollout: status, history, undo, restart, pause, resume', async () => {
  const ns = await namespace()
  await playKubelet(ns)
  await deployment(ns)
  await rolled(ns, 1)
  const told: string[] = []
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await kubectl(['-n', ns, 'rollout', ...args])
    told.push(`$ ${args.join(' ')}\n${stdout}${stderr}`)
  }
  await run('status', 'deployment/web')
  await kubectl(['-n', ns, 'annotate', 'deployment/web', 'kubernetes.io/change-cause=the first'])
  // The old ReplicaSet has it only if the controller has seen it before the new image.
  await until(async () => {
    const [old] = await items(apps(ns, 'replicasets'))
    return old.metadata.annotations['kubernetes.io/change-cause'] === 'the first'
  })
  await kubectl(['-n', ns, 'set', 'image', 'deployment/web', 'main=redis:2'])
  await rolled(ns, 1)
  await run('history', 'deployment/web')
  await run('undo', 'deployment/web')
  await rolled(ns, 1)
  await settled(path(ns), (d) => d.metadata.annotations['deployment.kubernetes.io/revision'] === '3')
  await run('history', 'deployment/web')
  await run('history', 'deployment/web', '--revision=2')
  await run('undo', 'deployment/web', '--to-revision=7')
  await run('pause', 'deployment/web')
  await run('pause', 'deployment/web')
  await run('undo', 'deployment/web')
  await run('resume', 'deployment/web')
  await run('restart', 'deployment/web')
  expect(sheet(told.join('\n'), await hashes(ns))).toMatchInlineSnapshot(`
    "|
    $ status deployment/web
    deployment "web" successfully rolled out

    $ history deployment/web
    deployment.apps/web 
    REVISION  CHANGE-CAUSE
    1         the first
    2         the first


    $ undo deployment/web
    deployment.apps/web rolled back

    $ history deployment/web
    deployment.apps/web 
    REVISION  CHANGE-CAUSE
    2         the first
    3         the first


    $ history deployment/web --revision=2
    deployment.apps/web with revision #2
    Pod Template:
      Labels:	app=web
    	pod-template-hash=HASH1
      Annotations:	kubernetes.io/change-cause: the first
      Containers:
       main:
        Image:	redis:2
        Port:	<none>
        Host Port:	<none>
        Environment:	<none>
        Mounts:	<none>
      Volumes:	<none>
      Node-Selectors:	<none>
      Tolerations:	<none>


    $ undo deployment/web --to-revision=7
    error: unable to find specified revision 7 in history

    $ pause deployment/web
    deployment.apps/web paused

    $ pause deployment/web
    error: deployments.apps "web" is already paused

    $ undo deployment/web
    error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again

    $ resume deployment/web
    deployment.apps/web resumed

    $ restart deployment/web
    deployment.apps/web restarted"
  `)
})
