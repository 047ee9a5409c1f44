import type { ListItem } from './answer.ts'
import type { Api } from './api.ts'
import type { ResourceRequest } from './request/resource-request.ts'

/** How objects of a request are written for an Accept header. */
export function rendererFor(
  _api: Api,
  _request: ResourceRequest,
  _accept: string,
): (item: ListItem) => string {
  return (item) => item.json
}
