/** The version a tag promises: "7.2-alpine" is "7.2", "v1.6" is "1.6"; undefined for "latest" or "bookworm". */
export function versionOfTag(tag: string): string | undefined {
  return /^v?(\d+(?:\.\d+)*)(?:[-.+_]|$)/.exec(tag)?.[1]
}

/** Whether `running` is what `promised` names: 7 and 7.0 name 7.0.15, 7.2 does not. */
export function sameVersion(promised: string, running: string): boolean {
  return running === promised || running.startsWith(`${promised}.`)
}
