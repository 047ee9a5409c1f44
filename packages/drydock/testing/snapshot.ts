/** What a namespace holds, without what differs from run to run: two runs of a scenario end the same when these are equal. */
import { canonicalJson, type KubeObject } from '@orlop/kube'
import type { Scenario, Stage } from './scenario.ts'

/** The objects of each kind as text, sorted, and what the scenario itself looks at. */
export type Snapshot = Readonly<Record<string, readonly string[]>>

export async function snapshotOf<World>(
  scenario: Pick<Scenario<World>, 'kinds' | 'mask' | 'inspect'>,
  stage: Stage,
  world: World,
): Promise<Snapshot> {
  const text = (value: unknown): string => withoutChance(canonicalJson(value) ?? '', stage.namespace)
  const snapshot: Record<string, string[]> = { inspected: lines(await scenario.inspect(world)).map(text) }
  for (const kind of scenario.kinds) {
    const { items } = await stage.client.list(kind, kind.namespaced ? { namespace: stage.namespace } : {})
    // Of what belongs to no namespace, what speaks of this one.
    const mine = kind.namespaced
      ? items
      : items.filter((item) => JSON.stringify(item).includes(`"${stage.namespace}"`))
    const shown = mine.map((item) => (scenario.mask ? scenario.mask(bare(item)) : bare(item)))
    snapshot[kind.kind] = shown
      .filter((item) => item !== undefined)
      .map(text)
      .sort()
  }
  return snapshot
}

/** What one has and the other has not, a line each; empty when they are equal. */
export function differences(wanted: Snapshot, seen: Snapshot): string[] {
  return Object.keys({ ...wanted, ...seen }).flatMap((kind) => {
    const [a, b] = [wanted[kind] ?? [], seen[kind] ?? []]
    return [
      ...without(a, b).map((line) => `missing ${kind}: ${line}`),
      ...without(b, a).map((line) => `too much ${kind}: ${line}`),
    ]
  })
}

function without(all: readonly string[], some: readonly string[]): string[] {
  const left = [...some]
  return all.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function lines(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

const byTheServer: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
])

function bare(object: KubeObject): KubeObject {
  const metadata = Object.entries(object.metadata).filter(([key]) => !byTheServer.has(key))
  return { ...object, metadata: { ...Object.fromEntries(metadata), name: object.metadata.name } }
}

function withoutChance(text: string, namespace: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z/g, '<time>')
    .replaceAll(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, '<ip>')
    .replaceAll(namespace, '<namespace>')
}
