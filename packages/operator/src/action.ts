/**
 * Everything the operator can do to the world. An action is data with a reason; its executor in `act/` is small, has a
 * deadline, and may be repeated after a crash at any point.
 */
import type { KubeObject } from '@orlop/kube'
import type { Reason } from './decision.ts'

interface Why {
  readonly reason: Reason
  /** One line, past tense when read as an event. Empty: too small to tell anybody. */
  readonly message: string
}

export type Action = Why &
  (
    | { readonly do: 'apply'; readonly object: KubeObject }
    /** Takes instances away, if the resource still says so: an old view of it must not cost live instances. */
    | { readonly do: 'scaleIn'; readonly statefulSet: KubeObject; readonly generation: number }
    /** Makes the Secret with a generated password; an existing one is never touched. */
    | { readonly do: 'createPassword'; readonly secret: KubeObject }
    /** Makes or refreshes the Secret by which applications bind to the cache. */
    | { readonly do: 'publishBinding'; readonly secret: KubeObject; readonly address: BindingAddress }
    /** Writes who the primary is into the ConfigMap that starting instances read; fails if the map changed meanwhile. */
    | { readonly do: 'recordPrimary'; readonly configMap: KubeObject; readonly instance: string }
    | { readonly do: 'promote'; readonly instance: string }
    | { readonly do: 'replicate'; readonly instance: string; readonly from: string }
    /** Lets a replica connect to its primary anew. */
    | { readonly do: 'reconnect'; readonly instance: string }
    | {
        readonly do: 'switchover'
        readonly from: string
        readonly to: string
        readonly configMap: KubeObject
      }
    | {
        readonly do: 'setConfig'
        readonly instance: string
        readonly directives: Readonly<Record<string, string>>
      }
    | {
        readonly do: 'label'
        readonly instance: string
        readonly uid: string
        readonly labels: Readonly<Record<string, string>>
      }
    | {
        readonly do: 'restart'
        readonly instance: string
        readonly uid: string
        readonly resourceVersion: string
      }
    | { readonly do: 'growVolume'; readonly claim: string; readonly uid: string; readonly size: string }
  )

/** Where a binding points to; the password is added by the executor, so that no plan ever holds one. */
export interface BindingAddress {
  readonly host: string
  readonly port: number
  readonly username: string
}

export type ActionKind = Action['do']
