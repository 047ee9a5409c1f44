import { type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { parseQuantity } from '../../quantity.ts'

const billion = 1_000_000_000n
const greatest = 2n ** 63n - 1n

/** A resource quantity, counted in billionths. */
export class Quantity {
  readonly amount: bigint
  constructor(amount: bigint) {
    this.amount = amount
  }
  static parse(text: string): Quantity {
    const amount = parseQuantity(text)
    if (amount === undefined) throw new EvaluationError(`quantity: invalid quantity ${JSON.stringify(text)}`)
    return new Quantity(amount)
  }
  get isInteger(): boolean {
    return (
      this.amount % billion === 0n && this.amount / billion <= greatest && this.amount / billion >= -greatest
    )
  }
}

type Binary = (a: Quantity, b: Quantity) => unknown

/** `quantity("1Gi")` and what can be asked of it. */
export function registerQuantities(env: Environment): void {
  env.registerType('kubernetes.Quantity', Quantity)
  const type = 'kubernetes.Quantity'
  env.registerFunction(`quantity(string): ${type}`, (text: string) => Quantity.parse(text))
  env.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
  const binary = (name: string, result: string, apply: Binary): void => {
    env.registerFunction(`${type}.${name}(${type}): ${result}`, apply)
  }
  binary('compareTo', 'int', (a, b) => (a.amount < b.amount ? -1n : a.amount > b.amount ? 1n : 0n))
  binary('isGreaterThan', 'bool', (a, b) => a.amount > b.amount)
  binary('isLessThan', 'bool', (a, b) => a.amount < b.amount)
  binary('add', type, (a, b) => new Quantity(a.amount + b.amount))
  binary('sub', type, (a, b) => new Quantity(a.amount - b.amount))
  env.registerFunction(
    `${type}.add(int): ${type}`,
    (a: Quantity, b: bigint) => new Quantity(a.amount + b * billion),
  )
  env.registerFunction(
    `${type}.sub(int): ${type}`,
    (a: Quantity, b: bigint) => new Quantity(a.amount - b * billion),
  )
  env.registerFunction(`${type}.sign(): int`, ({ amount }: Quantity) =>
    amount < 0n ? -1n : amount > 0n ? 1n : 0n,
  )
  env.registerFunction(`${type}.isInteger(): bool`, (one: Quantity) => one.isInteger)
  env.registerFunction(`${type}.asInteger(): int`, (one: Quantity) => {
    if (!one.isInteger) throw new EvaluationError('cannot convert value to integer')
    return one.amount / billion
  })
  env.registerFunction(`${type}.asApproximateFloat(): double`, ({ amount }: Quantity) => Number(amount) / 1e9)
  env.registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.amount === b.amount)
}
