/** Which of the many points a test tries: every one, or a sample that is the same each time. */

/** `FAULT_POINTS`: `all`, or how many of each pattern and scenario. */
export function pointsWanted(env: Readonly<Record<string, string | undefined>>, usual: number): number {
  const text = env['FAULT_POINTS']
  if (text === undefined || text === '') return usual
  if (text === 'all') return Number.POSITIVE_INFINITY
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`FAULT_POINTS=${text}: "all", or a whole number from 1`)
  return count
}

/** At most `count` of them, spread evenly. */
export function sample<T>(points: readonly T[], count: number): T[] {
  if (points.length <= count) return [...points]
  return Array.from({ length: count }, (_, i) => points[Math.floor((i * points.length) / count)]).filter(
    (point) => point !== undefined,
  )
}

/** Puts the points into as few runs as can be, where those of one run get along with each other. */
export function sharedOut<T>(points: readonly T[], together: (a: T, b: T) => boolean): T[][] {
  const runs: T[][] = []
  for (const point of points) {
    const free = runs.find((run) => run.every((other) => together(other, point)))
    if (free) free.push(point)
    else runs.push([point])
  }
  return runs
}

/** Works through a list, `width` at a time. */
export async function sideBySide<T>(
  list: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next++
      const item = list[index]
      if (item === undefined) return
      await work(item, index)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}
