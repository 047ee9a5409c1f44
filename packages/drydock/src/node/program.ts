/** Who a container's processes are. */
export interface ImageUser {
  readonly uid: number
  readonly gid: number
  readonly name: string
  readonly home: string
}

/** What runs for an image: a root file system of the store, or a program of this machine. */
export interface Program {
  /** Says what really runs, as a container's `imageID`. */
  readonly imageID: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string
  /** The image's USER: a name, a number, with or without a group; empty means root. For `runAsNonRoot`. */
  readonly declaredUser: string
  /**
   * Who its processes are, where the pod asks for a uid and where not.
   * @throws NodeError `CreateContainerError` when the image knows no user of the name it declares.
   */
  user(asked?: number): ImageUser
  /** What the image's entrypoint script does to the arguments it is given. */
  adjust(argv: readonly string[]): readonly string[]
  /** Scripts that stand before programs of the machine, by the name of the program. */
  readonly wrappers?: Readonly<Record<string, string>>
  /** A sentence, when the version that runs is not the one the tag names. */
  readonly substitution?: string
  /** The folder of its root file system; a program of this machine has none of its own. */
  readonly root?: string
  /** Folders of the image's own that can be written in even where its root cannot. */
  readonly volumes?: readonly string[]
  /** A registry may have a newer one: the pull policy Always asks it. */
  readonly pulled?: boolean
  /** Bytes of its files. */
  readonly size?: number
}

/** Images to programs. */
export interface Programs {
  /** What is on this machine already; undefined when nothing stands for the image. */
  find(image: string): Promise<Program | undefined>
  /**
   * Gets the image from its registry; left out where nothing can be pulled. `auth` is a Docker config.json.
   * @throws ImageError
   */
  pull?(image: string, auth: string | undefined, signal: AbortSignal): Promise<Program>
}
