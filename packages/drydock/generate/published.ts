/**
 * Writes the OpenAPI documents that a kube-apiserver publishes, for schemas.ts: only they tell the values of enumerations.
 *
 *     node generate/published.ts KUBECONFIG FOLDER
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConnection } from '@orlop/kube'
import { Api } from '../conformance/api.ts'

const [kubeconfig, folder] = process.argv.slice(2)
if (kubeconfig === undefined || folder === undefined)
  throw new Error('usage: node generate/published.ts KUBECONFIG FOLDER')
const api = new Api(await loadConnection({ kubeconfig, env: process.env }))
const specification = join(folder, 'api', 'openapi-spec')
await mkdir(join(specification, 'v3'), { recursive: true })
const index = JSON.parse((await api.get('/openapi/v3')).body)
for (const path of Object.keys(index.paths).filter((one) => /^apis?\/.*v\d/.test(one))) {
  const document = await api.get(`/openapi/v3/${path}`)
  await writeFile(
    join(specification, 'v3', `${path.replaceAll('/', '__')}.json`),
    JSON.stringify(document.body),
  )
}
const { gitVersion } = (await api.get('/version')).body
await writeFile(join(specification, 'swagger.json'), JSON.stringify({ info: { version: gitVersion } }))
api.close()
