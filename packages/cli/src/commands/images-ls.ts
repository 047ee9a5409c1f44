import { familiarName, type StoredImage } from '@orlop/drydock'
import { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { openStore, type PodsIn, podsInImages } from '../local/images.ts'
import { age } from '../terminal/age.ts'
import { size } from '../terminal/size.ts'
import { table } from '../terminal/table.ts'

export function imagesListCommand(context: Context): Command {
  return new Command('ls')
    .description('every image: name, id, size, age, and the pods that run in it')
    .addOption(new Option('-o, --output <form>', 'for programs').choices(['json', 'name']))
    .addHelpText(
      'after',
      `
Examples:
  orlop images ls
  orlop images ls -o json | jq ".[] | {reference, size}"`,
    )
    .action(async ({ output }: { output?: 'json' | 'name' }) => {
      const { stdout } = context
      const images = await openStore(context.env).list()
      if (output === 'name') {
        stdout.write(images.map((image) => `${nameOf(image)}\n`).join(''))
        return
      }
      const podsIn = await podsInImages(context)
      if (output === 'json') {
        const all = images.map((image) => ({ ...image, pods: podsIn(image) }))
        stdout.write(`${JSON.stringify(all, null, 2)}\n`)
      } else stdout.write(`${renderImages(images, podsIn, Date.now())}\n`)
    })
}

/** How to call it on the command line: by an id where it has no name. */
function nameOf({ reference, id }: StoredImage): string {
  return reference === '' ? shortId(id) : familiarName(reference)
}

export function shortId(id: string): string {
  return id.replace('sha256:', '').slice(0, 12)
}

function renderImages(images: readonly StoredImage[], podsIn: PodsIn, now: number): string {
  if (images.length === 0)
    return 'No images: pods run programs of this machine. `orlop images pull` or `orlop images import` brings one.'
  const rows = images.map((image) => [
    image.reference === '' ? '<none>' : familiarName(image.reference),
    shortId(image.id),
    size(image.size),
    image.added === '' ? '-' : age(image.added, now),
    few(podsIn(image)),
  ])
  return table([['REFERENCE', 'ID', 'SIZE', 'AGE', 'USED BY'], ...rows])
}

function few(pods: readonly string[]): string {
  if (pods.length === 0) return '-'
  const more = pods.length > 2 ? ` and ${pods.length - 2} more` : ''
  return `${pods.slice(0, 2).join(', ')}${more}`
}
