/** Character classes of POSIX, which RE2 has and JavaScript has not. */
const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

const compiled = new Map<string, RegExp>()

/**
 * The JavaScript form of a regular expression in RE2's syntax, which Kubernetes has.
 * @throws SyntaxError for one that RE2 would refuse: look-around and back-references among them.
 */
export function regularExpression(source: string): RegExp {
  const known = compiled.get(source)
  if (known !== undefined) return known
  const unsupported = /(?<!\\)(?:\\\\)*(\(\?<?[=!]|\\[1-9]|\\k<)/.exec(source)
  if (unsupported !== null) {
    throw new SyntaxError(`error parsing regexp: invalid or unsupported Perl syntax: \`${unsupported[1]}\``)
  }
  let flags = ''
  const pattern = source
    .replace(/^\(\?([ims]+)\)/, (_, found: string) => {
      flags = found
      return ''
    })
    .replaceAll(/\[:(\^?)(\w+):\]/g, (whole, _negated: string, name: string) => posix[name] ?? whole)
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\\A/g, '^')
    .replaceAll(/\\z/g, '$')
  const result = new RegExp(pattern, flags)
  compiled.set(source, result)
  return result
}
