import { Command } from 'commander'

/** A command that speaks to a cluster. */
export function clusterCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--kubeconfig <file>', 'another cluster than the local one')
    .option('--context <name>', 'a context of that kubeconfig')
}

/** Names after one option: with commas between them, or the option again. */
export function namesOf(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set([...before, ...names.filter((name) => name !== '')])]
}
