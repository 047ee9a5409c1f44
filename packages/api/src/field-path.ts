/** How a field is called in a message. */

/** `spec.placement.tolerations[0].key`, and `spec.config["odd name"]`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`
      const name = String(part)
      if (!/^[A-Za-z0-9_-]+$/.test(name)) return `[${JSON.stringify(name)}]`
      return i === 0 ? name : `.${name}`
    })
    .join('')
}
