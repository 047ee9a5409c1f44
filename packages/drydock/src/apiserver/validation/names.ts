/** What a name may look like. Each gives the objections in the words of k8s.io/apimachinery pkg/util/validation. */
export type NameRule = (name: string) => string[]

function rule(pattern: string, limit: number, sentence: string, part = ''): NameRule {
  const whole = new RegExp(`^${pattern}$`)
  return (name) => [
    ...(name.length > limit ? [`${part}must be no more than ${limit} characters`] : []),
    ...(whole.test(name) ? [] : [`${sentence}, regex used for validation is '${pattern}')`]),
  ]
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'

const plainLabel: NameRule = rule(
  label,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'",
)
export const dnsSubdomain: NameRule = rule(
  String.raw`${label}(\.${label})*`,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com'",
)
export const dnsLabel: NameRule = (name) => {
  const dotted = name.includes('.') && name.split('.').every((part) => new RegExp(`^${label}$`).test(part))
  return plainLabel(name).map((why) => (dotted && why.startsWith('a ') ? 'must not contain dots' : why))
}

export const dns1035Label: NameRule = rule(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'",
)
export const labelValue: NameRule = rule(
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  63,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345'",
)

const namePart = rule(
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  63,
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc'",
  'name part ',
)

/** `name` or `prefix/name`, as keys of labels and annotations are. */
export const qualifiedName: NameRule = (key) => {
  const parts = key.split('/')
  if (parts.length === 1)
    return key === '' ? ['name part must be non-empty', ...namePart(key)] : namePart(key)
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ]
  }
  const [prefix = '', name = ''] = parts
  const prefixErrors =
    prefix === ''
      ? ['prefix part must be non-empty']
      : dnsSubdomain(prefix).map((text) => `prefix part ${text}`)
  return [...prefixErrors, ...(name === '' ? ['name part must be non-empty'] : []), ...namePart(name)]
}

/** What can stand in a path: names of roles. */
export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`)
}

/** ConfigMap and Secret keys. */
export const dataKey: NameRule = (key) => {
  const pattern = '[-._a-zA-Z0-9]+'
  if (key.length > 253) return ['must be no more than 253 characters']
  if (!new RegExp(`^${pattern}$`).test(key)) {
    return [
      `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${pattern}')`,
    ]
  }
  if (key === '.' || key === '..') return [`must not be '${key}'`]
  return key.startsWith('..') ? ["must not start with '..'"] : []
}
