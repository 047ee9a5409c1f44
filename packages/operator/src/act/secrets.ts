import { isAlreadyExists, resources, type Secret } from '@orlop/kube'
import type { Executor } from './act.ts'
import { fieldManager, type Pass } from './acting.ts'
import { applyObject } from './apply.ts'

/** Created, never applied: a password that is there already is somebody's. */
export const createPassword: Executor<'createPassword'> = async ({ secret }, pass) => {
  const password = pass.randomBytes(24).toString('base64url')
  const object: Secret = { ...secret, data: { password: encode(password), username: encode('default') } }
  try {
    await pass.client.create(resources.secrets, object, { fieldManager, signal: pass.signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  pass.secrets.forget(pass.namespace, secret.metadata.name)
}

/** The keys of the Service Binding specification for Redis: servicebinding.io, "Well-known Secret Entries". */
export const publishBinding: Executor<'publishBinding'> = async ({ secret, address }, pass: Pass) => {
  const { host, port, username } = address
  const { password } = pass
  const credentials = password === undefined ? '' : `${username}:${encodeURIComponent(password)}@`
  const entries = {
    type: 'redis',
    host,
    port: String(port),
    uri: `redis://${credentials}${host}:${port}`,
    ...(password === undefined ? {} : { username, password }),
  }
  const data = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, encode(value)]))
  await applyObject({ ...secret, ...{ data } }, pass)
  pass.secrets.forget(pass.namespace, secret.metadata.name)
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
