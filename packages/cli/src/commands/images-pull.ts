import { pullImage, skopeoRemedy, toReference } from '@orlop/drydock'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { openStore } from '../local/images.ts'
import { createProgress } from '../terminal/progress.ts'
import { summary } from './images-import.ts'

interface Options {
  readonly insecure?: boolean
  readonly username?: string
  readonly passwordStdin?: boolean
}

export function imagesPullCommand(context: Context): Command {
  return new Command('pull')
    .description('pull images from their registry, by skopeo')
    .argument('<name...>', '[REGISTRY/]NAME[:TAG]')
    .option('--insecure', 'by plain HTTP, or with a certificate that nobody vouches for')
    .option(
      '--username <name>',
      'who you are to the registry; otherwise what `skopeo login` or `docker login` left',
    )
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText(
      'after',
      `
Examples:
  orlop images pull redis:8.0 valkey/valkey:9.1
  orlop images pull --insecure registry.test:5000/app
  pass registry | orlop images pull --username me --password-stdin registry.test/team/app:1.2

skopeo is needed: ${skopeoRemedy}`,
    )
    .action(async (names: string[], options: Options) => {
      const references = names.map(toReference)
      if ((options.username === undefined) !== (options.passwordStdin !== true))
        throw new CliError('PullFailed', '--username and --password-stdin belong together')
      const login = options.username === undefined ? undefined : `${options.username}:${await password()}`
      const progress = createProgress(context.stdout)
      for (const [i, reference] of references.entries()) {
        const image = await progress.step(`pull ${names[i]}`, () =>
          pullImage(openStore(context.env), reference, {
            signal: context.signal,
            insecure: options.insecure === true,
            ...(login !== undefined && { auth: dockerConfig(reference.registry, login) }),
          }),
        )
        context.stdout.write(`${summary(image)}\n`)
      }
    })
}

function dockerConfig(registry: string, login: string): string {
  return JSON.stringify({ auths: { [registry]: { auth: Buffer.from(login).toString('base64') } } })
}

async function password(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk)
  return text.replace(/\r?\n$/, '')
}
