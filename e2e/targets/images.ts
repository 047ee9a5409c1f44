/** The images that the behaviours need, by the names of their recipes in images/. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundles, root } from './command.ts'

export const images: readonly string[] = [
  'redis-6.2',
  'redis-7.0',
  'redis-7.4',
  'redis-8.0',
  'valkey-8.1',
  'valkey-9.1',
  'operator',
  'e2e-client',
]
export const clientImage = 'orlop.dev/e2e-client:dev'
export const valkey91 = 'docker.io/valkey/valkey:9.1'

export const hasRecipe = (name: string): boolean => existsSync(join(root, 'images', 'recipes', name))
/** The operator as users install it; where it was not built yet, the local one takes its place on drydock. */
export const installYaml: string = join(bundles, 'orlop.yaml')
export const installable = (): boolean => existsSync(installYaml) && hasRecipe('operator')
