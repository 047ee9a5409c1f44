/** Speaks to nftables: a text is one transaction, all of it or nothing. */
import { spawn } from 'node:child_process'

/** Throws with nft's own words. */
export function loadRules(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'], timeout: 5000 })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`nft: ${said.trim() || `exit code ${code}`}`)),
    )
    // A child that ended early says why by its exit code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
  })
}

export function deleteTable(table: string): Promise<void> {
  return loadRules(`table ip ${table} {}\ndelete table ip ${table}\n`)
}
