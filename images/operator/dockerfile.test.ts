/** The Dockerfile and the recipe make the same image of the operator: by what both say, since building one needs Docker. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')
const dockerfile = await read('Dockerfile')
const recipe = await read('../recipes/operator')
const manifest: { version: string; devDependencies: { node: string } } = JSON.parse(
  await read('../../package.json'),
)

/** What follows an instruction of the last stage. */
function said(instruction: string): string {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  return new RegExp(`^${instruction} ((?:.*\\\\\n)*.*)`, 'm').exec(last)?.[1] ?? ''
}

test('both take the Node that this repository pins', () => {
  expect(dockerfile).toContain(`\nFROM node:${manifest.devDependencies.node}-bookworm-slim AS build\n`)
  expect(recipe).toMatch(/^ {2}node_runtime$/m)
})

test('both bundle the same program, and nothing else', () => {
  expect(dockerfile).toContain('node hack/build.ts --into /image/app operator')
  expect(recipe).toContain('node hack/build.ts --into "$work/app" operator')
  expect(dockerfile.match(/^COPY .*/gm)).toEqual(['COPY . .', 'COPY --from=build /image /'])
})

test('both run it alike', () => {
  const [, user, members] = /run_as (\d+) '(.*)'$/m.exec(recipe) ?? []
  const { Labels: _, ...config } = JSON.parse(`{${members?.replace(/'"\$\(.*?\)"'/, '')}}`)
  expect({
    Entrypoint: JSON.parse(said('ENTRYPOINT')),
    WorkingDir: said('WORKDIR'),
  }).toEqual(config)
  expect(said('USER')).toBe(`${user}:${user}`)
})

test('both are labelled alike', async () => {
  const tree = await read('../parts/tree.sh')
  const [, shape = ''] = /printf '("%s\.title.*)' \$name/.exec(tree) ?? []
  const [, title = ''] = /labels "(.*?)"/.exec(recipe) ?? []
  const values = [title, manifest.version]
  const labels: unknown = JSON.parse(
    `{${shape.replaceAll('"%s.', '"org.opencontainers.image.').replace(/"%s"/g, () => JSON.stringify(values.shift()))}}`,
  )
  const written = said('LABEL').matchAll(/(\S+)="(.*?)"/g)
  expect(Object.fromEntries([...written].map(([, name, value]) => [name, value]))).toEqual(labels)
})

test('both hold the licence', () => {
  expect(dockerfile).toContain('cp LICENSE /image/LICENSE')
  expect(recipe).toContain('"$top/LICENSE" "$rootfs/LICENSE"')
})
