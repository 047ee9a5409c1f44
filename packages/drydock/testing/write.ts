/** A change that the subject makes: of an object of Kubernetes, or by a command to a server outside. */
import type { Exchange } from './tap.ts'

export type Write =
  | {
      readonly to: 'kubernetes'
      /** `verb plural name`, with the subresource behind a slash. */
      readonly what: string
      readonly verb: 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'deleteCollection'
      readonly plural: string
      readonly name: string
      /** The object, the patch, or the options of a deletion. */
      readonly body: unknown
    }
  | { readonly to: 'server'; readonly what: string; readonly exchange: Exchange }
