/** An answer of the API server with its headers, read as it comes: the client of @orlop/kube gives whole bodies only. */
import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import type { ConnectionConfig } from '@orlop/kube'

/** The caller reads or resumes it. Rejects where no answer comes before the signal. */
export async function openAnswer(
  connection: ConnectionConfig,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { server, socketPath, ca, cert, key, serverName, insecureSkipTLSVerify } = connection
  const token = typeof connection.token === 'function' ? await connection.token() : connection.token
  return new Promise((resolve, reject) => {
    const send = server.startsWith('https:') ? secure : plain
    const options = {
      ...(socketPath === undefined ? {} : { socketPath }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: insecureSkipTLSVerify !== true,
      headers: {
        ...connection.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal,
    }
    send(new URL(path, server), options, resolve).once('error', reject).end()
  })
}
