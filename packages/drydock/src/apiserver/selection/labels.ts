import { badRequest } from '../status.ts'

/** Decides by the labels of an object. */
export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean

interface Requirement {
  key: string
  operator: 'exists' | 'absent' | 'in' | 'notin' | 'greater' | 'less'
  values: readonly string[]
}

/**
 * Parses a label selector as `kubectl -l` writes it: `a=b, c!=d, e in (f, g), h notin (i), j, !k, l>1`.
 * Grammar: k8s.io/apimachinery pkg/labels/selector.go. Throws BadRequest.
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = split(text).map((part) => parseRequirement(part, text))
  return (labels) => requirements.every((requirement) => meets(requirement, labels))
}

/** Commas separate requirements, but not inside parentheses. */
function split(text: string): string[] {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  return parts.length === 1 && parts[0] === '' ? [] : parts
}

const key = '([A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)'
const setBased = new RegExp(String.raw`^${key}\s+(in|notin)\s*\(([^()]*)\)$`)
const equality = new RegExp(String.raw`^${key}\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`)
const comparison = new RegExp(String.raw`^${key}\s*(>|<)\s*(-?\d+)$`)
const existence = new RegExp(String.raw`^(!?)\s*${key}$`)

function parseRequirement(part: string, whole: string): Requirement {
  const set = setBased.exec(part)
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim())
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'in' : 'notin', values }
  }
  const equal = equality.exec(part)
  if (equal)
    return { key: equal[1] ?? '', operator: equal[2] === '!=' ? 'notin' : 'in', values: [equal[3] ?? ''] }
  const compared = comparison.exec(part)
  if (compared) {
    return {
      key: compared[1] ?? '',
      operator: compared[2] === '>' ? 'greater' : 'less',
      values: [compared[3] ?? ''],
    }
  }
  const exists = existence.exec(part)
  if (exists) return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'absent' : 'exists', values: [] }
  throw badRequest(
    `unable to parse requirement: ${JSON.stringify(part)} of label selector ${JSON.stringify(whole)}`,
  )
}

function meets({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'greater':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) > Number(values[0])
    case 'less':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) < Number(values[0])
  }
}
