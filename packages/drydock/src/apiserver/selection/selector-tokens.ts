/** A piece of a label selector: a sign such as `!=`, or a word, be it a key, a value or an operator. */
export interface SelectorToken {
  readonly is: 'sign' | 'word' | 'end'
  readonly text: string
}

const end: SelectorToken = { is: 'end', text: '' }
const pieces = /\s*(?:(==|!=|[=!(),<>])|([^\s=!(),<>]+))/gy

/** The pieces of a label selector, one after the other; after the last comes the end, again and again. */
export class SelectorTokens {
  readonly #tokens: SelectorToken[]
  #at = 0

  constructor(text: string) {
    this.#tokens = [...text.matchAll(pieces)].map(([, sign, word = '']) =>
      sign === undefined ? { is: 'word', text: word } : { is: 'sign', text: sign },
    )
  }

  peek(): SelectorToken {
    return this.#tokens[this.#at] ?? end
  }

  take(): SelectorToken {
    const token = this.peek()
    this.#at += 1
    return token
  }
}
