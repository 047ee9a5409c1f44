/** One thing that a layer of an image, or a folder, brings along. */
export interface Entry {
  /** From the root, with or without a slash before it. */
  readonly path: string
  readonly type: 'folder' | 'file' | 'symlink' | 'hardlink' | 'other'
  readonly mode: number
  /** Where a link leads: for a hard link a path like `path`. */
  readonly target: string
  /** In ms since 1970. */
  readonly modified: number
  /** What is left unread when the next entry is asked for is skipped. */
  readonly content: AsyncIterable<Uint8Array>
}

export type Entries = AsyncIterable<Entry>
