/** Colours, where the reader is a terminal. */
import { styleText } from 'node:util'

export type Style = (format: Parameters<typeof styleText>[0], text: string) => string

export function styleFor(color: boolean): Style {
  return (format, text) => (color ? styleText(format, text, { validateStream: false }) : text)
}

/** Text in lines of at most `width` characters, cut at spaces; a longer word stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
