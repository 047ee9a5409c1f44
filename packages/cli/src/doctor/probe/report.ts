/** What short-lived pods saw. */

export interface NodeReport {
  readonly node: string
  /** Why nothing, or not everything, is known. */
  readonly trouble?: string
  /** `always`, `madvise` or `never`. */
  readonly hugePages?: string
  /** `0`, `1` or `2`. */
  readonly overcommit?: string
  /** Whether the name of a Service was resolved. */
  readonly resolves?: boolean
  /** What the clock of the node said, and between which times of the API server; ms since 1970. */
  readonly clock?: { readonly said: number; readonly after: number; readonly before: number }
}

export type NetworkPolicyReport =
  | { readonly result: 'enforced' }
  | { readonly result: 'open' }
  | { readonly result: 'unknown'; readonly why: string }

export interface ProbeReport {
  readonly nodes: readonly NodeReport[]
  readonly networkPolicy: NetworkPolicyReport | undefined
}
