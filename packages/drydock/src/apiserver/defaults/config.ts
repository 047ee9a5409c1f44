import { type ApiObject, ensureObject, objectAt, setDefault } from '../object.ts'

/** `stringData` is for writing only: it goes into `data`, encoded, over what is there. */
export function defaultSecret(object: ApiObject): void {
  setDefault(object, 'type', 'Opaque')
  const plain = objectAt(object, 'stringData')
  if (plain === undefined) return
  const data = ensureObject(object, 'data')
  for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64')
  delete object.stringData
}

/** The label by which selectors find a namespace by its name. */
export function labelWithName({ metadata }: ApiObject): void {
  metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
}
