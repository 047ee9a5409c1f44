import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { apiVersionOf, type KindInfo } from './kinds.ts'
import type { ApiError } from './status.ts'

/** Sends an answer in the form that the client accepts. */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  switch (answer.as) {
    case 'stream':
      return answer.run(request, response)
    case 'json':
      return sendJson(response, answer.code, JSON.stringify(answer.body))
    case 'object':
      return sendJson(response, answer.code, answer.json ?? JSON.stringify(answer.object))
    case 'list':
      return sendJson(response, 200, listJson(answer))
  }
}

export function respondError(response: ServerResponse, error: ApiError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const retryAfter = error.status.details?.retryAfterSeconds
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter))
  sendJson(response, error.httpStatus, JSON.stringify(error.status))
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

function listJson({ kind, metadata, items }: Extract<Answer, { as: 'list' }>): string {
  const head = `"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))}`
  const texts = items.map(({ json }) => itemJson(json, kind))
  return `{${head},"metadata":${JSON.stringify(metadata)},"items":[${texts.join(',')}]}`
}

/** Items of built-in lists do not repeat what the list has said: the text is cut after the two first fields. */
function itemJson(json: string, kind: KindInfo): string {
  if (kind.crd !== undefined) return json
  const typed = `{"apiVersion":${JSON.stringify(apiVersionOf(kind))},"kind":${JSON.stringify(kind.kind)},`
  return json.startsWith(typed) ? `{${json.slice(typed.length)}` : json
}
