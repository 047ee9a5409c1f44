/** The part of JSON Schema that our kinds use, as Zod writes it and as a CustomResourceDefinition holds it. */
import { z } from 'zod'

export interface JsonSchema {
  type?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  pattern?: string
  format?: string
  nullable?: boolean
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  maxProperties?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  anyOf?: JsonSchema[]
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-validations'?: Validation[]
}

/** A CEL rule as a CustomResourceDefinition holds it. */
export interface Validation {
  rule: string
  message: string
  messageExpression?: string
  optionalOldSelf?: boolean
}

/** What Zod makes of a schema: `input` is what a person writes, `output` what stands there after defaulting. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'throw',
    reused: 'inline',
  }) as JsonSchema
}
