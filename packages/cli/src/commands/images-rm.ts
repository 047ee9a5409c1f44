import { familiarName } from '@orlop/drydock'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { openStore, podsInImages } from '../local/images.ts'
import { shortId } from './images-ls.ts'

export function imagesRemoveCommand(context: Context): Command {
  return new Command('rm')
    .description('remove images; a name goes, and with its last name the image')
    .argument('<name...>', 'names, or ids as images ls shows them')
    .option('--force', 'also images that pods run in: their files are gone at once')
    .addHelpText(
      'after',
      `
Examples:
  orlop images rm redis:8.0
  orlop images rm 4f6dbf8c11aa    by its id: with all its names`,
    )
    .action(async (names: string[], options: { force?: boolean }) => {
      const store = openStore(context.env)
      const podsIn = await podsInImages(context)
      for (const name of names) {
        const going = await store.matching(name)
        const stays = new Set(
          (await store.list()).filter((i) => !going.some((g) => same(i, g))).map((i) => i.id),
        )
        const user = going.filter((image) => !stays.has(image.id)).flatMap(podsIn)
        if (user.length > 0 && options.force !== true)
          throw new CliError(
            'ImageInUse',
            `${name} is what ${user.join(', ')} ${user.length === 1 ? 'runs' : 'run'} in`,
            {
              remedy: `stop them first, or: orlop images rm --force ${name}`,
            },
          )
        for (const { reference, id } of await store.remove(name)) {
          const what = reference === '' ? shortId(id) : familiarName(reference)
          context.stdout.write(`✓ ${what} removed\n`)
        }
      }
    })
}

function same(a: { reference: string; id: string }, b: { reference: string; id: string }): boolean {
  return a.reference === b.reference && a.id === b.id
}
