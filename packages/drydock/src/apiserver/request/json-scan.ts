/** What JSON.parse does not tell: why a text is no JSON, in the words of Go's encoding/json, and which keys stand twice. */
export function scanJson(text: string): { fault: string | undefined; repeated: readonly string[] } {
  const scanner = new Scanner(text)
  const fault = scanner.fault()
  return { fault, repeated: scanner.repeated }
}

/** What Go's encoding/json calls a JSON value of the wrong type. */
export function goKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Goes through a text until something does not belong. */
class Scanner {
  readonly #text: string
  readonly repeated: string[] = []
  #at = 0
  #path = ''

  constructor(text: string) {
    this.#text = text
  }

  fault(): string | undefined {
    const found = this.#value('looking for beginning of value')
    if (found !== undefined) return found
    this.#space()
    return this.#at < this.#text.length ? this.#unexpected('after top-level value') : undefined
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }

  #unexpected(where: string): string {
    const character = this.#text[this.#at]
    if (character === undefined) return 'unexpected end of JSON input'
    return `invalid character ${quoted(character)} ${where}`
  }

  #value(where: string): string | undefined {
    this.#space()
    const first = this.#text[this.#at] ?? ''
    if (first === '{') return this.#object()
    if (first === '[') return this.#array()
    if (first === '"') return this.#string()
    if (/[-\d]/.test(first)) return this.#number()
    const word = { t: 'true', f: 'false', n: 'null' }[first]
    return word === undefined ? this.#unexpected(where) : this.#word(word)
  }

  #word(word: string): string | undefined {
    for (const [index, letter] of [...word].entries()) {
      if (this.#text[this.#at] !== letter) {
        const expecting = index === 0 ? '' : ` (expecting ${quoted(letter)})`
        return this.#unexpected(`in literal ${word}${expecting}`)
      }
      this.#at += 1
    }
    return undefined
  }

  #number(): string | undefined {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.#text.slice(this.#at))
    if (match === null) {
      this.#at += 1
      return this.#unexpected('in numeric literal')
    }
    this.#at += match[0].length
    return undefined
  }

  #string(): string | undefined {
    this.#at += 1
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) return this.#unexpected('')
      if (character < ' ') return this.#unexpected('in string literal')
      this.#at += character === '\\' ? 2 : 1
      if (character === '"') return undefined
    }
  }

  #object(): string | undefined {
    this.#at += 1
    const here = this.#path
    const seen = new Set<string>()
    for (let first = true; ; first = false) {
      this.#space()
      const start = this.#at
      const character = this.#text[this.#at]
      if (first && character === '}') break
      if (character !== '"') return this.#unexpected('looking for beginning of object key string')
      const inKey = this.#string()
      if (inKey !== undefined) return inKey
      const key = this.#text.slice(start + 1, this.#at - 1)
      this.#path = here === '' ? key : `${here}.${key}`
      if (seen.has(key)) this.repeated.push(this.#path)
      seen.add(key)
      this.#space()
      if (this.#text[this.#at] !== ':') return this.#unexpected('after object key')
      this.#at += 1
      const inValue = this.#value('looking for beginning of value')
      if (inValue !== undefined) return inValue
      this.#space()
      if (this.#text[this.#at] === '}') break
      if (this.#text[this.#at] !== ',') return this.#unexpected('after object key:value pair')
      this.#at += 1
    }
    this.#path = here
    this.#at += 1
    return undefined
  }

  #array(): string | undefined {
    this.#at += 1
    const here = this.#path
    for (let index = 0; ; index += 1) {
      this.#space()
      if (index === 0 && this.#text[this.#at] === ']') break
      this.#path = `${here}[${index}]`
      const inValue = this.#value('looking for beginning of value')
      if (inValue !== undefined) return inValue
      this.#space()
      if (this.#text[this.#at] === ']') break
      if (this.#text[this.#at] !== ',') return this.#unexpected('after array element')
      this.#at += 1
    }
    this.#path = here
    this.#at += 1
    return undefined
  }
}

/** As Go quotes a byte. */
function quoted(character: string): string {
  if (character === "'") return String.raw`'\''`
  if (character === '"') return `'"'`
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20 && (code < 0x7f || code > 0xa0)) return `'${character}'`
  const named = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r' }[code]
  if (named !== undefined) return `'\\${named}'`
  return code < 0x80
    ? `'\\x${code.toString(16).padStart(2, '0')}'`
    : `'\\u${code.toString(16).padStart(4, '0')}'`
}
