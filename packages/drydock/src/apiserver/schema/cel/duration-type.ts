import { evaluate } from '@marcbachmann/cel-js'

interface DurationClass {
  fromMilliseconds(milliseconds: number): unknown
}

function isDurationClass(value: unknown): value is DurationClass {
  return typeof value === 'function' && 'fromMilliseconds' in value
}

/** The class of durations, which the library uses and does not export. */
function durationClass(): DurationClass {
  const sample: unknown = evaluate('duration("1s")')
  const found: unknown = typeof sample === 'object' && sample !== null ? sample.constructor : undefined
  if (!isDurationClass(found)) throw new TypeError('cel-js has no Duration.fromMilliseconds')
  return found
}

export const Duration: DurationClass = durationClass()
