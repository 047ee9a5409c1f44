/** The table of a chart's values, made of values.yaml: each value with its default and the comment above it. */
import { isMap, isScalar, type Pair, parseDocument, stringify } from 'yaml'

export function valuesTable(text: string): string {
  const document = parseDocument(text)
  if (!isMap(document.contents)) throw new Error('values.yaml is no map')
  const rows = document.contents.items.flatMap((pair) => rowsOf(pair, ''))
  return ['| value | default | |', '|---|---|---|', ...rows].join('\n')
}

/** A map whose entries are explained one by one is several values; any other is one. */
function rowsOf({ key, value }: Pair, prefix: string): string[] {
  if (!isScalar(key)) throw new Error('a key of values.yaml is no text')
  const name = `${prefix}${key.value}`
  // What stands above an empty line is about the file.
  const comment = (key.commentBefore ?? '').split(/\n\s*\n/).at(-1) ?? ''
  const entries = isMap(value) ? value.items : []
  const explained = isMap(value) && (value.commentBefore ?? '') !== ''
  const apart = explained || entries.some(({ key }) => isScalar(key) && (key.commentBefore ?? '') !== '')
  if (apart) {
    const [first] = entries
    // The parser gives the comment of the first entry to the map.
    if (isMap(value) && first && isScalar(first.key)) first.key.commentBefore ??= value.commentBefore ?? ''
    return entries.flatMap((entry) => rowsOf(entry, `${name}.`))
  }
  const shown = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
  return [
    `| \`${name}\` | \`${shown}\` | ${comment
      .replaceAll(/\s*\n\s*/g, ' ')
      .replaceAll('|', '\\|')
      .trim()} |`,
  ]
}
