/** Certificates of a TLS connection, PEM. */
export interface TargetTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  /** Default true. */
  readonly rejectUnauthorized?: boolean
}

/** One Redis, Valkey or Sentinel process and how to be let in. */
export interface Target {
  readonly host: string
  readonly port: number
  /** ACL user; without it a password is that of `default`. */
  readonly username?: string
  readonly password?: string
  readonly tls?: TargetTls
}

/** `host:port`, the form in which errors name a target; never anything secret. */
export function addressOf(target: Target): string {
  return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
}
