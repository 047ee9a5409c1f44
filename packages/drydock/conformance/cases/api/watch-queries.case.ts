import { expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import { api } from '../../cluster.ts'
import { core } from '../../fixtures.ts'

const needs = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
const unless = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
const other = 'Unsupported value: "Exact": supported values: "NotOlderThan"'

test.each([
  ['resourceVersionMatch=NotOlderThan', [unless]],
  ['resourceVersion=1&resourceVersionMatch=NotOlderThan', [unless]],
  ['resourceVersionMatch=Exact', [unless, other]],
  ['sendInitialEvents=true', [needs]],
  ['sendInitialEvents=true&resourceVersionMatch=Exact', [needs, other]],
  [
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x',
    ['Forbidden: resourceVersionMatch is forbidden when continue is provided'],
  ],
])('the query %s makes no sense', async (query, faults) => {
  const got = await api.get(`${core('default', 'secrets')}?watch=true&timeoutSeconds=1&${query}`)
  const lines = faults.map((why) => `resourceVersionMatch: ${why}`)
  expect(refusal(got)).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: `ListOptions.meta.k8s.io "" is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`,
    details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: { length: lines.length } },
  })
})

test('a revision that is no number', async () => {
  const got = await api.get(`${core('default', 'secrets')}?watch=true&timeoutSeconds=1&resourceVersion=x`)
  expect(refusal(got)).toEqual({
    code: 500,
    message: 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  })
})

test('selectors that cannot be read', async () => {
  const path = `${core('default', 'secrets')}?watch=true&timeoutSeconds=1`
  expect(refusal(await api.get(`${path}&labelSelector=a%20b`))).toEqual({
    code: 400,
    message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    reason: 'BadRequest',
  })
  expect(refusal(await api.get(`${path}&fieldSelector=spec.x%3Dy`))).toEqual({
    code: 400,
    message: 'field label not supported: spec.x',
    reason: 'BadRequest',
  })
})
