/** What `up` adds to the bare cluster, in this order. */
import type { Addon } from '../addon.ts'

export const addons: readonly Addon[] = []
