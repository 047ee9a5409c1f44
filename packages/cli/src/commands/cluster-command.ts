import { Command } from 'commander'

/** A command that speaks to a cluster. */
export function clusterCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--kubeconfig <file>', 'another cluster than the local one')
    .option('--context <name>', 'a context of that kubeconfig')
}
