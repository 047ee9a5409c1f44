/** What is wrong with our own kinds in a file, said before anything is started or changed. */
import { notYetSupported, parseRedis, redisResource, withDefaults } from '@orlop/api'
import type { KubeObject } from '@orlop/kube'
import { CliError } from '../failure.ts'

/** @throws CliError `Refused` that names every field, its value and what would be right. */
export function checkManifests(objects: readonly KubeObject[]): void {
  const lines = objects.flatMap((object) =>
    problemsOf(object).map((problem) => `${object.kind} ${object.metadata.name}: ${problem}`),
  )
  if (lines.length === 0) return
  throw new CliError('Refused', lines.join('\n  '), {
    remedy: 'correct the file and run the command again; nothing was changed',
  })
}

function problemsOf(object: KubeObject): string[] {
  if (object.kind !== redisResource.kind || !object.apiVersion.startsWith(`${redisResource.group}/`))
    return []
  const parsed = parseRedis(object)
  if (!parsed.ok)
    return parsed.problems.map(({ field, value, message }) => `${field}${shown(value)}: ${message}`)
  return notYetSupported(withDefaults(parsed.redis)).map(
    ({ field, value, remedy }) => `${field}${shown(value)}: not supported yet; ${remedy}`,
  )
}

function shown(value: unknown): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value) ?? String(value)
  return ` is ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`
}
