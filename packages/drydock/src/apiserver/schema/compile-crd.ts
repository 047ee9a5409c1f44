import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../object.ts'
import type { Cause } from '../status.ts'
import { checkRules, type RuleTree, ruleTree } from './cel/rule-tree.ts'
import { customType } from './custom-type.ts'
import { applyDefaults } from './defaults.ts'
import { invalid } from './field-error.ts'
import { prune, unknownFields } from './prune.ts'
import type { TypeSchema } from './type-schema.ts'
import { embeddedFaults } from './validate-embedded.ts'
import { duplicateItems } from './validate-lists.ts'
import { validateValue } from './validate-value.ts'

/** A column of `additionalPrinterColumns`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly format?: string
  readonly description?: string
  /** 0 is shown always, more only with `-o wide`. */
  readonly priority: number
}

/** Where the scale subresource finds its numbers, e.g. `.spec.instances`. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** One version of a CustomResourceDefinition, made ready to check objects. Nothing here changes what it is given. */
export interface CrdSchema {
  readonly version: string
  readonly typeSchema: TypeSchema
  /** The `openAPIV3Schema` as it was written. */
  readonly schema: JsonObject
  prune(object: JsonObject): JsonObject
  applyDefaults(object: JsonObject): JsonObject
  /** With `old`, the object before an update: transition rules run, and what the update leaves as it was is excused. */
  validate(object: JsonObject, old?: JsonObject): Cause[]
  /** Paths such as `spec.foo`. */
  unknownFields(object: JsonObject): string[]
  /** Empty: the table has name and age. */
  readonly columns: readonly PrinterColumn[]
  readonly scale?: ScalePaths
  /** Whether `/status` is a subresource. */
  readonly status: boolean
}

const open: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** Faults with which rules are not run: they take for granted that types and sizes are right. */
const blocking: ReadonlySet<string> = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])
const unchecked: Cause = invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

/**
 * Compiles a version of a definition: `version`, or the one that is stored. One that the definition does not have takes
 * every field. A rule that does not compile is left out: `validateCrd` refuses the definition for it.
 */
export function compileCrd(crd: JsonObject, version?: string): CrdSchema {
  const versions = objectsAt(crd, 'spec', 'versions')
  const source =
    versions.find((one) => (version === undefined ? one.storage === true : one.name === version)) ?? {}
  const schema = objectAt(source, 'schema', 'openAPIV3Schema') ?? open
  const typeSchema = customType(schema)
  const scale = scaleOf(objectAt(source, 'subresources', 'scale'))
  const embeds = JSON.stringify(schema).includes('x-kubernetes-embedded-resource')
  // Compiled at the first check: rules are many and a server may never see an object of the kind.
  let rules: { tree: RuleTree | undefined } | undefined
  const object = (value: unknown): JsonObject => (isObject(value) ? value : {})
  return {
    version: stringAt(source, 'name') ?? version ?? '',
    typeSchema,
    schema,
    prune: (value) => object(prune(value, typeSchema)),
    applyDefaults: (value) => object(applyDefaults(value, typeSchema)),
    validate: (value, old) => {
      rules ??= { tree: ruleTree(schema) }
      const faults = [
        ...validateValue(value, schema, '', old, typeSchema),
        ...(embeds ? embeddedFaults(value, schema, '') : []),
        ...(old !== undefined ? [] : duplicateItems(value, typeSchema)),
      ]
      if (rules.tree === undefined) return faults
      if (faults.some(({ reason }) => blocking.has(reason))) return [...faults, unchecked]
      return [...faults, ...checkRules(value, old, rules.tree, typeSchema, '')]
    },
    unknownFields: (value) => unknownFields(value, typeSchema),
    columns: objectsAt(source, 'additionalPrinterColumns').map(columnOf),
    ...(scale === undefined ? {} : { scale }),
    status: objectAt(source, 'subresources', 'status') !== undefined,
  }
}

function columnOf(source: JsonObject): PrinterColumn {
  const { format, description, priority } = source
  return {
    name: stringAt(source, 'name') ?? '',
    type: stringAt(source, 'type') ?? 'string',
    jsonPath: stringAt(source, 'jsonPath') ?? '',
    ...(typeof format === 'string' ? { format } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    priority: typeof priority === 'number' ? priority : 0,
  }
}

function scaleOf(source: JsonObject | undefined): ScalePaths | undefined {
  const [spec, status] = [stringAt(source, 'specReplicasPath'), stringAt(source, 'statusReplicasPath')]
  if (spec === undefined || status === undefined) return undefined
  const selector = stringAt(source, 'labelSelectorPath')
  return {
    specReplicasPath: spec,
    statusReplicasPath: status,
    ...(selector === undefined ? {} : { labelSelectorPath: selector }),
  }
}
