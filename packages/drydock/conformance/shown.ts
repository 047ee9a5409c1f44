/** Answers as text that is the same in every run: what a case compares as a whole. */
import { stringify } from 'yaml'
import { plain } from './answers.ts'
import type { Json, Reply } from './api.ts'

/**
 * The code alone where nothing is refused; else of the Status its code, reason and what it is about, then its causes, one a line. The message stands there only where it
 * is not made of the causes in the usual way.
 */
export function refusal({ code, body }: Reply): string {
  if (body.kind !== 'Status') return typeof body === 'string' ? `${code} ${mask(body)}` : String(code)
  const { name, group, kind, causes = [], retryAfterSeconds, uid, ...more } = body.details ?? {}
  const qualified = group ? `${kind}.${group}` : kind
  const said = [...new Set(causes.map((c: Json) => (c.field ? `${c.field}: ${c.message}` : c.message)))]
  const usual = `${qualified} ${JSON.stringify(name ?? '')} is invalid: ${said.length === 1 ? said[0] : `[${said.join(', ')}]`}`
  const lines = [
    [code, body.reason ?? body.status, qualified, name].filter(Boolean).join(' '),
    ...(body.message === undefined || body.message === usual ? [] : [body.message]),
    ...causes.map((c: Json) => [c.field, c.reason, c.message].filter(Boolean).join(' | ')),
    ...(retryAfterSeconds ? [`retry after ${retryAfterSeconds} s`] : []),
    ...(Object.keys(more).length > 0 ? [shown(more)] : []),
  ]
  return mask(lines.join('\n'))
}

/** The causes of a refusal by name: for those about a map, whose order a server does not keep. */
export function byName(refused: string): string {
  const [head, ...causes] = refused.split('\n')
  return [head, ...causes.sort()].join('\n')
}

/** Anything as YAML with sorted keys; what differs in every run stands as a word in capitals. */
export function shown(value: unknown): string {
  return mask(
    stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }),
  ).trimEnd()
}

/** Times, uids, revisions, addresses and names of `unique` things, replaced in a text. */
export function mask(text: string): string {
  const named: string = plain(text)
  return named
    .replace(/(resourceVersion"?: )"?\d+"?/gi, '$1VERSION')
    .replace(/\b10\.96\.(?!0\.[01]\b)\d+\.\d+\b/g, 'CLUSTER-IP')
    .replace(/(nodePort: )3\d{4}/gi, '$1NODE-PORT')
}
