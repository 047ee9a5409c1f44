/** Completion indexes of a Job. Pure; after pkg/controller/job/indexed_job_utils.go. */
import type { Job, Pod } from '@orlop/kube'

export const INDEX = 'batch.kubernetes.io/job-completion-index'

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed'

/** Undefined for a pod without one. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** `0,2-4,7`, as in `status.completedIndexes`; those of a Job that shrank are left out. */
export function parseIndexes(text: string, completions: number): Set<number> {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === undefined) continue
    for (let index = Number(first); index <= Number(last) && index < completions; index++) found.add(index)
  }
  return found
}

/** Two in a row are written apart, three as a range. */
export function printIndexes(indexes: ReadonlySet<number>): string {
  const ranges: [number, number][] = []
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  const print = ([first, last]: [number, number]): string =>
    first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`
  return ranges.map(print).join(',')
}

/** The lowest of those that neither succeeded nor run. */
export function pendingIndexes(completions: number, taken: ReadonlySet<number>, count: number): number[] {
  const found: number[] = []
  for (let index = 0; index < completions && found.length < count; index++)
    if (!taken.has(index)) found.push(index)
  return found
}
