import { expect, test } from 'vitest'
import { redact, redactError, secretsOf } from './secret.ts'

test.each([
  [['AUTH', 'pw'], ['pw']],
  [['auth', 'ada', 'pw'], ['pw']],
  [
    ['HELLO', '3', 'AUTH', 'ada', 'pw'],
    ['ada', 'pw'],
  ],
  [
    ['MIGRATE', 'h', '1', 'k', '0', '9', 'AUTH2', 'ada', 'pw', 'KEYS', 'k'],
    ['ada', 'pw'],
  ],
  [
    ['ACL', 'SETUSER', 'ada', 'on', '>pw', '<old', '#hash', '~*'],
    ['pw', 'old', 'hash'],
  ],
  [
    ['CONFIG', 'SET', 'hz', '20', 'RequirePass', 'pw', 'masterauth', 'pw2'],
    ['pw', 'pw2'],
  ],
  [['SENTINEL', 'SET', 'demo', 'auth-pass', 'pw'], ['pw']],
  [['SET', 'requirepass', 'no secret'], []],
])('the secrets of %j', (args, secrets) => {
  expect(secretsOf(args)).toEqual(secrets)
})

test('every occurrence is taken out, and an empty secret takes nothing out', () => {
  expect(redact('pw and pw', ['pw', ''])).toBe('(secret) and (secret)')
})

test('an error without secrets is kept as it is', () => {
  const error = new Error('fine')
  expect(redactError(error, ['pw'])).toBe(error)
})
