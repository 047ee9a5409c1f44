import type { ParseResult } from '@marcbachmann/cel-js'
import { isObject, type JsonObject, objectsAt, stringAt } from '../../object.ts'
import { ruleEnvironment } from './environment.ts'

/** A rule of `x-kubernetes-validations`, compiled. */
export interface Rule {
  /** Its place in the list, and its source. */
  readonly at: number
  readonly text: string
  readonly program: ParseResult
  readonly messageProgram?: ParseResult
  /** What is said when the rule fails and no message expression says otherwise. */
  readonly message: string
  /** What errors of evaluation name. */
  readonly label: string
  readonly reason?: string
  /** Where the fault is reported below the rule's own place, as `.spec.size`. */
  readonly fieldPath?: string
  readonly usesOld: boolean
  readonly optionalOld: boolean
}

/** A rule that does not compile. */
export interface RuleFault {
  /** Its place in the list. */
  readonly at: number
  readonly field: 'rule' | 'messageExpression'
  readonly source: string
  readonly message: string
}

/** The rules of one schema; faults of those that do not compile go to `faults`. */
export function rulesOf(schema: JsonObject, faults: RuleFault[]): Rule[] {
  return objectsAt(schema, 'x-kubernetes-validations').flatMap((source, at) => {
    const text = (stringAt(source, 'rule') ?? '').trim()
    if (text === '') return []
    const program = compile(text, 'bool', 'rule', at, faults)
    const expression = stringAt(source, 'messageExpression')
    const messageProgram =
      expression === undefined ? undefined : compile(expression, 'string', 'messageExpression', at, faults)
    if (program === undefined) return []
    const message = stringAt(source, 'message')?.trim()
    const reason = stringAt(source, 'reason')
    const fieldPath = stringAt(source, 'fieldPath')
    return [
      {
        at,
        text,
        program,
        ...(messageProgram === undefined ? {} : { messageProgram }),
        message: message ?? `failed rule: ${text}`,
        label: message ?? text,
        ...(reason === undefined ? {} : { reason }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
        usesOld: mentions(program.ast, 'oldSelf'),
        optionalOld: source.optionalOldSelf === true,
      },
    ]
  })
}

const mustBe = {
  bool: 'cel expression must evaluate to a bool',
  string: 'messageExpression must evaluate to a string',
}

const programs = new Map<string, ParseResult>()

function compile(
  source: string,
  type: 'bool' | 'string',
  field: RuleFault['field'],
  at: number,
  faults: RuleFault[],
): ParseResult | undefined {
  try {
    const program = programs.get(source) ?? ruleEnvironment().parse(source)
    const check = program.check()
    if (!check.valid) throw check.error ?? new Error('does not compile')
    if (check.type !== type && check.type !== 'dyn') {
      faults.push({ at, field, source, message: mustBe[type] })
      return undefined
    }
    programs.set(source, program)
    return program
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    faults.push({ at, field, source, message: `compilation failed: ERROR: ${message}` })
    return undefined
  }
}

/** Whether an expression names a variable. */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((part) => mentions(part, name))
  if (!isObject(node)) return false
  return (node.op === 'id' && node.args === name) || mentions(node.args, name)
}
