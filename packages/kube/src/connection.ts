/** Where an API server is and as whom to speak to it. */
export interface ConnectionConfig {
  /** `https://host:port` or `http://host:port`; with a socket path it only names the host. */
  server: string
  /** A unix socket to connect to instead of the server's address. */
  socketPath?: string
  /** A bearer token, or where to get the current one: it is asked for at every request. */
  token?: string | (() => Promise<string>)
  /** PEM. */
  ca?: string
  /** PEM. */
  cert?: string
  /** PEM. */
  key?: string
  insecureSkipTLSVerify?: boolean
  /** The name to look for in the server's certificate, where it is not the host of `server`. */
  serverName?: string
  /** The namespace of the context. */
  namespace?: string
  /** Sent with every request. */
  headers?: Record<string, string>
}
