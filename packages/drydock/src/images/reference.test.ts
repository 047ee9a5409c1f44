import { expect, test } from 'vitest'
import { canonical, familiarName, parseReference } from './reference.ts'

const digest = `sha256:${'0'.repeat(64)}`

test.each([
  ['redis', 'docker.io/library/redis:latest', 'redis:latest'],
  ['redis:7.2-alpine', 'docker.io/library/redis:7.2-alpine', 'redis:7.2-alpine'],
  ['docker.io/redis:7', 'docker.io/library/redis:7', 'redis:7'],
  ['index.docker.io/library/redis:7', 'docker.io/library/redis:7', 'redis:7'],
  ['valkey/valkey:8.0', 'docker.io/valkey/valkey:8.0', 'valkey/valkey:8.0'],
  ['localhost:5000/a/b_c/d--e:1', 'localhost:5000/a/b_c/d--e:1', 'localhost:5000/a/b_c/d--e:1'],
  ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
  ['registry.example.com/redis', 'registry.example.com/redis:latest', 'registry.example.com/redis:latest'],
  [`redis@${digest}`, `docker.io/library/redis@${digest}`, `redis@${digest}`],
  [`redis:7@${digest}`, `docker.io/library/redis:7@${digest}`, `redis:7@${digest}`],
])('%s is %s', (text, whole, short) => {
  const reference = parseReference(text)
  expect(reference && [canonical(reference), familiarName(canonical(reference))]).toEqual([whole, short])
  expect(parseReference(whole)).toEqual(reference)
})

test.each([
  '',
  'Redis',
  'redis:',
  'redis 7',
  '../redis:7 ',
  '/redis',
  'a//b',
  'a/',
  'redis@sha256:12',
  'EXAMPLE/redis',
  'a:b:c',
])('"%s" names no image', (text) => {
  expect(parseReference(text)).toBeUndefined()
})
