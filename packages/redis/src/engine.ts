/** The two servers that speak this protocol. */
export type Engine = 'redis' | 'valkey'
