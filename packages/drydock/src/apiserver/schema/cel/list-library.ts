import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { celEquals, celOrder } from './compare.ts'

class Sets {}

/** What Kubernetes adds to CEL for lists, and CEL's `sets`. */
export function registerLists(env: Environment): void {
  env.registerFunction('list<dyn>.isSorted(): bool', (list: unknown[]) =>
    list.every((item, at) => at === 0 || celOrder(list[at - 1], item) <= 0),
  )
  env.registerFunction('list<dyn>.sum(): dyn', (list: unknown[]) => sum(list))
  env.registerFunction('list<dyn>.min(): dyn', (list: unknown[]) =>
    extreme(list, 'min', (order) => order < 0),
  )
  env.registerFunction('list<dyn>.max(): dyn', (list: unknown[]) =>
    extreme(list, 'max', (order) => order > 0),
  )
  env.registerFunction('list<dyn>.indexOf(dyn): int', (list: unknown[], wanted: unknown) =>
    BigInt(list.findIndex((item) => celEquals(item, wanted))),
  )
  env.registerFunction('list<dyn>.lastIndexOf(dyn): int', (list: unknown[], wanted: unknown) =>
    BigInt(list.findLastIndex((item) => celEquals(item, wanted))),
  )
  env.registerFunction('list<dyn>.slice(int, int): list<dyn>', (list: unknown[], from: bigint, to: bigint) =>
    list.slice(Number(from), Number(to)),
  )
  env.registerFunction('list<dyn>.distinct(): list<dyn>', (list: unknown[]) =>
    list.filter((item, at) => list.findIndex((other) => celEquals(item, other)) === at),
  )
  env.registerType('Sets', Sets)
  env.registerConstant('sets', 'Sets', new Sets())
  const contains = (list: unknown[], part: unknown[]): boolean =>
    part.every((wanted) => list.some((item) => celEquals(item, wanted)))
  env.registerFunction('Sets.contains(list<dyn>, list<dyn>): bool', (_: Sets, a: unknown[], b: unknown[]) =>
    contains(a, b),
  )
  env.registerFunction(
    'Sets.equivalent(list<dyn>, list<dyn>): bool',
    (_: Sets, a: unknown[], b: unknown[]) => contains(a, b) && contains(b, a),
  )
  env.registerFunction('Sets.intersects(list<dyn>, list<dyn>): bool', (_: Sets, a: unknown[], b: unknown[]) =>
    a.some((item) => contains(b, [item])),
  )
}

function sum(list: unknown[]): unknown {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total, item) => total + item, 0n)
  return list.reduce<number>((total, item) => total + Number(item), 0)
}

function extreme(list: unknown[], name: string, better: (order: number) => boolean): unknown {
  if (list.length === 0) throw new EvaluationError(`${name} called on empty list`)
  return list.reduce((best, item) => (better(celOrder(item, best)) ? item : best))
}
