/** The password in a Secret, if it can be one. */
import type { Secret } from '@orlop/kube'

export type Password =
  /** `revision` changes whenever the Secret does, and says nothing about the password. */
  | { readonly state: 'present'; readonly value: string; readonly revision: string }
  | { readonly state: 'missing' }
  | { readonly state: 'invalid'; readonly message: string }

export function passwordOf(secret: Secret | undefined, name: string): Password {
  if (!secret) return { state: 'missing' }
  const encoded = secret.data?.['password']
  if (encoded === undefined) return invalid(name, 'has no key "password"')
  const value = Buffer.from(encoded, 'base64').toString('utf8')
  if (value === '') return invalid(name, 'has an empty password')
  if (/\p{Cc}/u.test(value))
    return invalid(name, 'has a password with a line break or another control character')
  return { state: 'present', value, revision: `${secret.metadata.uid}.${secret.metadata.resourceVersion}` }
}

function invalid(name: string, what: string): Password {
  return { state: 'invalid', message: `Secret ${name} ${what}; set the key "password" to one line of text` }
}
