/** While there is a default class, every pod of every namespace gets its priority: no other case may run meanwhile. */
import { expect, onTestFinished, test } from 'vitest'
import { api, unique, until } from '../../cluster.ts'
import { creating } from '../validation/refused.ts'

const priorities = '/apis/scheduling.k8s.io/v1/priorityclasses'

test('one priority class is the default', async () => {
  const name = unique('first')
  await api.post(priorities, { metadata: { name }, value: 5, globalDefault: true })
  onTestFinished(async () => void (await api.delete(`${priorities}/${name}`)))
  // The real server hears of the first one a moment later.
  const second = { metadata: { name: unique('second') }, value: 1, globalDefault: true }
  await until(async () => (await api.post(`${priorities}?dryRun=All`, second)).code === 403)
  expect(await creating(priorities, '{value: 1, globalDefault: true}')).toMatchInlineSnapshot(`
    "403 Forbidden priorityclasses.scheduling.k8s.io one
    priorityclasses.scheduling.k8s.io "one" is forbidden: PriorityClass first is already marked as default. Only one default can exist"
  `)
})
