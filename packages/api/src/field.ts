/** The building blocks of every field: text that fits on one line, names, quantities, durations. */
import { z } from 'zod'

/**
 * No string of ours may hold a control character: a newline in a value would become a second line of redis.conf.
 * Written so that Go's RE2 (the API server) and JavaScript read it alike.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
export const oneLine: RegExp = /^[^\x00-\x1f\x7f]*$/

/** A quantity of bytes with at most three decimals: what a person writes, without exponents and milli-bytes. */
export const bytesPattern: RegExp = /^[0-9]{1,15}(\.[0-9]{1,3})?(Ki|Mi|Gi|Ti|k|M|G|T)?$/
const cpuMessage = 'must be a number of cores, such as 2, "0.5" or 500m'
const cpuPattern = /^[0-9]{1,6}(\.[0-9]{1,3}|m)?$/
const durationPattern = /^[1-9][0-9]{0,6}(ms|s|m|h)$/
const dnsName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$/

/** Text on one line, of at most `max` characters. */
export function text(max: number): z.ZodString {
  return z
    .string()
    .max(max, `must have at most ${max} characters`)
    .regex(oneLine, 'must be one line without control characters')
}

/** The name of a Kubernetes object, or empty for none. */
export function objectName(): z.ZodString {
  return z
    .string()
    .max(253, 'must have at most 253 characters')
    .regex(dnsName, 'must be the name of an object: lower-case letters, digits, "-" and ".", or empty')
}

/** Bytes: `256Mi`, `1Gi`, `0.5Gi`, `1G` or a plain number in quotes. */
export function bytes(): z.ZodString {
  return z
    .string('must be a quantity in quotes or with a unit, such as 256Mi or 1Gi')
    .max(20, 'must have at most 20 characters')
    .regex(bytesPattern, 'must be a quantity of bytes, such as 256Mi, 1Gi or 0.5Gi')
}

/** `2s`, `500ms`, `1m`, `1h`; never zero. */
export function duration(): z.ZodString {
  return z
    .string()
    .max(10, 'must have at most 10 characters')
    .regex(durationPattern, 'must be a duration such as 500ms, 2s or 1m')
}

/** Cores: `2`, `"0.5"` or `500m`; people write it with and without quotes. */
export function cores(): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> {
  return z
    .union(
      [
        z.int(cpuMessage).min(0, cpuMessage).max(4096, cpuMessage),
        z.string(cpuMessage).max(10, cpuMessage).regex(cpuPattern, cpuMessage),
      ],
      cpuMessage,
    )
    .meta({ 'x-kubernetes-int-or-string': true })
}

/** Names to text, as labels and annotations are. The form of the names is checked by a rule (redis/rules.ts). */
export function textMap(limits: { entries: number; value: number }): z.ZodRecord<z.ZodString, z.ZodString> {
  return z
    .record(text(317), text(limits.value))
    .meta({ maxProperties: limits.entries })
    .refine((map) => Object.keys(map).length <= limits.entries, `must have at most ${limits.entries} entries`)
}

/** An object of Kubernetes itself that we hand on as it is; the API server checks it where it is used. */
export function foreignObject(): z.ZodObject<Record<never, never>, z.core.$loose> {
  return z.looseObject({}).meta({ 'x-kubernetes-preserve-unknown-fields': true })
}
