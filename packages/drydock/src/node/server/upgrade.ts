import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { NodeError } from '../node-error.ts'
import type { ServerContext } from './server.ts'

export async function upgrade(
  _o: ServerContext,
  _request: IncomingMessage,
  _socket: Duplex,
  _head: Buffer,
): Promise<void> {
  throw new NodeError('BadRequest', 'not yet')
}
