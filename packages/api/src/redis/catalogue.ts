/** The engines and the versions of them that Orlop knows; the operator's tables of directives cover the same ones. */
export type Engine = 'redis' | 'valkey'

export const catalogue: Readonly<Record<Engine, readonly string[]>> = {
  redis: ['6.2', '7.0', '7.2', '7.4', '8.0'],
  valkey: ['7.2', '8.0', '8.1', '9.0', '9.1'],
}

/** `7.2.5` is a 7.2. */
export function isSupportedVersion(engine: Engine, version: string): boolean {
  return versionPattern(engine).test(version)
}

/** Matches every version of the catalogue, with or without a patch number. */
export function versionPattern(engine: Engine): RegExp {
  const names = catalogue[engine].map((version) => version.replace('.', '[.]'))
  return new RegExp(`^(${names.join('|')})([.][0-9]{1,3})?$`)
}
