import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { Api } from './api.ts'
import { renderList, renderObject, type Shape } from './render.ts'
import { acceptedForm } from './request/accept.ts'
import { type ApiError, badRequest } from './status.ts'

/** What form the client wants objects in, by its headers and query. */
export function shapeOf(request: IncomingMessage, query: URLSearchParams): Shape {
  const include = query.get('includeObject') || 'Metadata'
  const form = acceptedForm(request.headers.accept)
  if (include === 'None' || include === 'Object' || include === 'Metadata')
    return { form, includeObject: include }
  if (form !== 'table') return { form, includeObject: 'Metadata' }
  const named = JSON.stringify(include)
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${named}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** Sends an answer in the form that the client accepts. */
export async function respond(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  answer: Answer,
): Promise<void> {
  switch (answer.as) {
    case 'stream':
      await answer.run(request, response)
      return
    case 'json':
      sendJson(response, answer.code, JSON.stringify(answer.body))
      return
    case 'object':
      sendJson(response, answer.code, renderObject(api, answer.kind, answer, shapeOf(request, query)))
      return
    case 'list':
      await sendTexts(
        response,
        renderList(api, answer.kind, answer.metadata, answer.items, shapeOf(request, query)),
      )
  }
}

/** How much of a long list is made at a time, in characters. */
const pieceSize = 64 << 10

/** Sends a long text as fast as the client takes it; a short one in one go. */
async function sendTexts(response: ServerResponse, texts: Iterable<string>): Promise<void> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length < pieceSize) continue
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
    if (!response.write(piece)) await taken(response)
    if (response.destroyed) return
    piece = ''
  }
  if (response.headersSent) response.end(piece)
  else sendJson(response, 200, piece)
}

/** When the client has taken what was written, or is gone. */
function taken(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (response.destroyed) resolve()
  response.once('drain', resolve).once('close', resolve)
  return promise.finally(() => response.off('drain', resolve).off('close', resolve))
}

export function respondError(response: ServerResponse, error: ApiError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const retryAfter = error.status.details?.retryAfterSeconds
  if (retryAfter) response.setHeader('retry-after', String(retryAfter))
  if (error.code === 'PageNotFound')
    sendJson(response, error.httpStatus, error.message, 'text/plain; charset=utf-8')
  else sendJson(response, error.httpStatus, JSON.stringify(error.status))
}

export function sendJson(
  response: ServerResponse,
  code: number,
  body: string,
  type = 'application/json',
): void {
  if (response.destroyed) return
  const bytes = Buffer.from(body)
  response.writeHead(code, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
  })
  response.end(bytes)
}
