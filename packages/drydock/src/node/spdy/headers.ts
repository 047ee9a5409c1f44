import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'
import { NodeError } from '../node-error.ts'
import { dictionary } from './dictionary.ts'

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string>>

/** Name and value pairs of a header block: a count, then each with its length before it, all of 32 bits. */
export function encodePairs(headers: Headers): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const pairs = Object.entries(headers)
  const text = (value: string): Buffer[] => [number(Buffer.byteLength(value)), Buffer.from(value)]
  return Buffer.concat([
    number(pairs.length),
    ...pairs.flatMap(([name, value]) => [...text(name), ...text(value)]),
  ])
}

/** Throws NodeError `Protocol` when the block ends early. */
export function decodePairs(block: Buffer): Headers {
  let at = 0
  const number = (): number => {
    if (at + 4 > block.length) throw new NodeError('Protocol', 'a header block ends early')
    at += 4
    return block.readUInt32BE(at - 4)
  }
  const text = (): string => {
    const length = number()
    if (at + length > block.length) throw new NodeError('Protocol', 'a header block ends early')
    at += length
    return block.toString('utf8', at - length, at)
  }
  const headers: Record<string, string> = {}
  for (let left = number(); left > 0; left--) {
    const name = text().toLowerCase()
    headers[name] = text()
  }
  return headers
}

/** The header blocks of one connection: each direction is one zlib stream over all blocks, so that order matters. */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary })
  readonly #deflate: Deflate = createDeflate({ dictionary })

  decode(block: Buffer): Promise<Headers> {
    return through(this.#inflate, block).then(decodePairs)
  }

  encode(headers: Headers): Promise<Buffer> {
    return through(this.#deflate, encodePairs(headers))
  }

  close(): void {
    this.#inflate.close()
    this.#deflate.close()
  }
}

/** Gives what comes out of a zlib stream for one block, up to a flush. */
function through(stream: Inflate | Deflate, block: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk)
    }
    const fail = (error: Error): void =>
      done(() => reject(new NodeError('Protocol', error.message, { cause: error })))
    const done = (settle: () => void): void => {
      stream.off('data', collect)
      stream.off('error', fail)
      settle()
    }
    stream.on('data', collect)
    stream.on('error', fail)
    stream.write(block)
    stream.flush(constants.Z_SYNC_FLUSH, () => done(() => resolve(Buffer.concat(chunks))))
  })
}
