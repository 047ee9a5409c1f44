/** Amounts of resources, to be added and compared. Pure. */
import { quantity as parse } from '../quantity.ts'

/** In the resource's own unit (cores, bytes, pieces). What is no quantity counts as 0: the API server refuses those. */
export const quantity = (text: string | number | undefined): number => parse(text) ?? 0

/** Floating point sums of "100m" must not refuse the last pod that fits exactly. */
export const fits = (wanted: number, free: number): boolean => wanted <= free + 1e-9
