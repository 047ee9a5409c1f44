import { readFile } from 'node:fs/promises'
import {
  familiarName,
  type ImageConfig,
  importImage,
  parseImageConfig,
  type StoredImage,
  toReference,
} from '@orlop/drydock'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { openStore } from '../local/images.ts'
import { createProgress } from '../terminal/progress.ts'
import { size } from '../terminal/size.ts'

interface Options {
  readonly config?: string
  readonly entrypoint?: string
  readonly cmd?: string
  readonly env?: readonly string[]
  readonly user?: string
  readonly workdir?: string
}

export function imagesImportCommand(context: Context): Command {
  return new Command('import')
    .description(
      'import an archive (OCI, docker save; also by gzip or zstd), or a folder: a root file system or an OCI layout',
    )
    .argument('<source>', 'a file, a folder, or - for standard input')
    .argument('[name]', 'what to call it; needed where the source does not say')
    .option('--config <file>', "the image's configuration as JSON, as OCI images have it")
    .option('--entrypoint <words>', 'what it runs: words, or a JSON array')
    .option('--cmd <words>', 'its arguments, which a pod may replace')
    .option('--env <name=value>', 'a variable; may be repeated', (one: string, all: string[] = []) => [
      ...all,
      one,
    ])
    .option('--user <user>', 'who it runs as: a name or a number, with or without :GROUP')
    .option('--workdir <folder>', 'where it runs')
    .addHelpText(
      'after',
      `
Examples:
  docker save team/app:1.2 | orlop images import -
  skopeo copy docker://redis:8.0 oci-archive:redis.tar:redis:8.0 && orlop images import redis.tar
  orlop images import ./rootfs app:dev --cmd "app --verbose" --user 1000 --workdir /srv`,
    )
    .action(async (source: string, name: string | undefined, options: Options) => {
      const reference = name === undefined ? {} : { reference: toReference(name) }
      const config = await changes(options)
      const from = source === '-' ? process.stdin : source
      context.signal.addEventListener('abort', () => process.stdin.destroy(), { once: true })
      const images = await createProgress(context.stdout).step(
        `import ${source === '-' ? 'standard input' : source}`,
        () => importImage(openStore(context.env), from, { ...reference, config, signal: context.signal }),
      )
      for (const image of images) context.stdout.write(`${summary(image)}\n`)
    })
}

export function summary(image: StoredImage): string {
  return `${familiarName(image.reference)}  ${image.id.slice(0, 19)}  ${size(image.size)}`
}

async function changes(o: Options): Promise<Partial<ImageConfig>> {
  const base = o.config === undefined ? {} : parseImageConfig(await readConfig(o.config)).config
  const wrong = o.env?.find((line) => !/^[^=]+=/.test(line))
  if (wrong !== undefined) throw new CliError('BadImage', `--env ${wrong}: write NAME=VALUE`)
  return {
    ...base,
    ...(o.entrypoint !== undefined && { entrypoint: words(o.entrypoint) }),
    ...(o.cmd !== undefined && { cmd: words(o.cmd) }),
    ...(o.env !== undefined && { env: o.env }),
    ...(o.user !== undefined && { user: o.user }),
    ...(o.workdir !== undefined && { workingDir: o.workdir }),
  }
}

async function readConfig(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError('FileUnreadable', `cannot read ${file}`, { cause, remedy: 'give another file' })
  }
}

/** As in a Dockerfile: a JSON array, or words between spaces. */
function words(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split(/\s+/).filter((word) => word !== '')
  try {
    const found: unknown = JSON.parse(text)
    if (Array.isArray(found) && found.every((word) => typeof word === 'string')) return found
  } catch {
    // Said below.
  }
  throw new CliError('BadImage', `${text} is no array of strings`, {
    remedy: 'write ["program","argument"], or words',
  })
}
