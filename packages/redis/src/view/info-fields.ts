/** The `name:value` lines of an INFO reply, whatever their section, with a resting value for what is missing. */
export class InfoFields {
  readonly all: Readonly<Record<string, string>>

  constructor(text: string) {
    const fields: Record<string, string> = {}
    for (const line of text.split('\n')) {
      const colon = line.indexOf(':')
      if (colon <= 0 || line.startsWith('#')) continue
      fields[line.slice(0, colon)] = line.slice(colon + 1, line.endsWith('\r') ? -1 : undefined)
    }
    this.all = fields
  }

  /** The values of `name0`, `name1`... with their names. */
  numbered(name: string): [string, string][] {
    const found: [string, string][] = []
    for (const key in this.all) {
      if (key.startsWith(name) && /^\d+$/.test(key.slice(name.length))) found.push([key, this.text(key)])
    }
    return found
  }

  text(name: string): string {
    return this.all[name] ?? ''
  }

  number(name: string, missing = 0): number {
    const value = Number.parseFloat(this.all[name] ?? '')
    return Number.isFinite(value) ? value : missing
  }

  flag(name: string): boolean {
    return this.all[name] === '1'
  }
}
