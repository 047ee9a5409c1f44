import { Command } from 'commander'
import type { Context } from '../context.ts'
import { imagesImportCommand } from './images-import.ts'
import { imagesListCommand } from './images-ls.ts'
import { imagesPullCommand } from './images-pull.ts'
import { imagesRemoveCommand } from './images-rm.ts'

/** What pods of the local Kubernetes run in, where that is not a program of this machine. */
export function imagesCommand(context: Context): Command {
  const images = new Command('images')
    .description('show, import, pull and remove the images that pods of the local Kubernetes run in')
    .addHelpText(
      'after',
      `
A pod whose image is not here runs the program of this machine that the image names: redis, valkey, memcached, a shell.

Examples:
  orlop images ls
  docker save team/app:1.2 | orlop images import -
  orlop images pull redis:8.0
  orlop images rm redis:8.0`,
    )
  for (const command of [imagesListCommand, imagesImportCommand, imagesPullCommand, imagesRemoveCommand]) {
    const made = command(context)
    images.addCommand(
      made.showHelpAfterError(`(orlop images ${made.name()} --help tells more)`).exitOverride((error) => {
        throw error
      }),
    )
  }
  return images
}
