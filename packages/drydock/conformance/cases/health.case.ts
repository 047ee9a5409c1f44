import { expect, test } from 'vitest'
import { api, kubectl, namespace } from '../cluster.ts'

test.each(['/healthz', '/livez', '/readyz'])('%s answers ok', async (path) => {
  expect(await api.get(path)).toMatchObject({ code: 200, body: 'ok' })
})

test('/version tells the version as numbers and text', async () => {
  const { code, body } = await api.get('/version')
  expect(code).toBe(200)
  expect(body).toMatchObject({ major: '1', gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/) })
})

test('kubectl version speaks to it', async () => {
  expect((await kubectl(['version'])).stdout).toMatch(/Server Version: v1\.34/)
})

test('a namespace is Active once it is made', async () => {
  const name = await namespace()
  expect((await api.get(`/api/v1/namespaces/${name}`)).body.status).toEqual({ phase: 'Active' })
})
