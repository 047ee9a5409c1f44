/**
 * Error replies can echo what was sent ("unknown command `AUTH`, with args beginning with: ..."; "Error in ACL SETUSER
 * modifier '>...'"), so what is secret in a command is taken out of every message.
 */
const sensitiveDirectives: ReadonlySet<string> = new Set([
  'requirepass',
  'masterauth',
  'primaryauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
])

/** The secret arguments of a command. */
export function secretsOf(args: readonly string[]): string[] {
  const command = args[0]?.toUpperCase()
  const rest = args.slice(1)
  switch (command) {
    case 'AUTH':
      return rest.slice(-1)
    case 'HELLO':
    case 'MIGRATE': {
      const auth = args.findIndex((arg) => /^auth2?$/i.test(arg))
      return auth < 0 ? [] : args.slice(auth + 1, auth + 3)
    }
    case 'ACL':
      return rest.flatMap((arg) => (/^[><#!]./.test(arg) ? [arg.slice(1)] : []))
    case 'CONFIG':
      return rest.filter((_, i) => sensitiveDirectives.has(rest[i - 1]?.toLowerCase() ?? ''))
    case 'SENTINEL':
      return rest.filter((_, i) => /^(auth|sentinel)-pass$/i.test(rest[i - 1] ?? ''))
    default:
      return []
  }
}

/** `text` without any of the secrets. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '(secret)')
  return clean
}

/** The error itself, or a stand-in of the same name without the secrets and without a stack that could repeat them. */
export function redactError(error: Error, secrets: readonly string[]): Error {
  const told = `${error.message}\n${error.stack ?? ''}`
  if (redact(told, secrets) === told) return error
  const clean = new Error(redact(error.message, secrets))
  clean.name = error.name
  clean.stack = `${error.name}: ${clean.message}`
  return clean
}
