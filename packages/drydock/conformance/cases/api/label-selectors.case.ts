import { beforeAll, expect, test } from 'vitest'
import { refusal } from '../../answers.ts'
import type { Json } from '../../api.ts'
import { api, namespace } from '../../cluster.ts'
import { core } from '../../fixtures.ts'

const names = (body: Json): string => body.items.map((i: Json) => i.metadata.name).join(' ')

const labelled = {
  a: { app: 'web', tier: 'front', weight: '5' },
  b: { app: 'web', tier: 'back', weight: '10' },
  c: { app: 'db', 'example.com/x': '' },
  d: {},
}

/** Only looked at by the cases. */
let ns = ''
beforeAll(async () => {
  ns = await namespace()
  for (const [name, labels] of Object.entries(labelled))
    await api.post(core(ns, 'secrets'), { metadata: { name, labels } })
})

test.each([
  ['app=web', 'a b'],
  ['app==web', 'a b'],
  ['app!=web', 'c d'],
  ['app', 'a b c'],
  ['!app', 'd'],
  ['! app', 'd'],
  ['app in (web,db)', 'a b c'],
  ['app in ( web )', 'a b'],
  ['app notin (web)', 'c d'],
  ['app notin (web,db)', 'd'],
  ['app=web,tier=back', 'b'],
  ['app in (web),tier!=back', 'a'],
  ['weight>5', 'b'],
  ['weight<10', 'a'],
  ['weight > 4, weight < 6', 'a'],
  ['example.com/x=', 'c'],
  ['example.com/x', 'c'],
  ['app=', ''],
  ['app!=', 'a b c d'],
  ['app in (web,)', 'a b'],
  ['example.com/x in ()', 'c'],
  ['', 'a b c d'],
  [' app = web ', 'a b'],
  ['app=web,app=db', ''],
])('%s selects "%s"', async (selector, wanted) => {
  const { code, body } = await api.get(`${core(ns, 'secrets')}?labelSelector=${encodeURIComponent(selector)}`)
  expect([code, code === 200 ? names(body) : body.message]).toEqual([200, wanted])
})

const part =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const qualified =
  "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
const value =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

test.each([
  ['app in', "unable to parse requirement: found '' expected: '('"],
  ['app notin', "unable to parse requirement: found '' expected: '('"],
  ['app in web', "unable to parse requirement: found 'web' expected: '('"],
  ['app in (web', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['app=web,,tier=front', "found ',', expected: identifier after ','"],
  ['app=web,', "found '', expected: identifier after ','"],
  ['=web', "found '=', expected: !, identifier, or 'end of string'"],
  ['app=a b', "found 'b', expected: ',' or 'end of string'"],
  ['app=a!', "found '!', expected: ',' or 'end of string'"],
  ['app = = b', "unable to parse requirement: found '=', expected: identifier"],
  [
    'app>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  [
    'weight>5.5',
    "unable to parse requirement: values[0]: Invalid value: \"5.5\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  ['-app', `unable to parse requirement: <nil>: Invalid value: "-app": ${part}`],
  ['app~web', `unable to parse requirement: <nil>: Invalid value: "app~web": ${part}`],
  ['a/b/c=x', `unable to parse requirement: <nil>: Invalid value: "a/b/c": ${qualified}`],
  ['app=-x', `unable to parse requirement: values[0][app]: Invalid value: "-x": ${value}`],
  ['app in (-x)', `unable to parse requirement: values[0][app]: Invalid value: "-x": ${value}`],
])('%s cannot be read', async (selector, message) => {
  const got = await api.get(`${core(ns, 'secrets')}?labelSelector=${encodeURIComponent(selector)}`)
  expect(refusal(got)).toEqual({ code: 400, reason: 'BadRequest', message })
})
