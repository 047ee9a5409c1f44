/** The commands, in the order in which a person meets them. */
import { Command, type CommanderError } from 'commander'
import { cliCommand } from './commands/cli.ts'
import { completionCommand } from './commands/completion.ts'
import { doctorCommand } from './commands/doctor.ts'
import { downCommand } from './commands/down.ts'
import { imagesCommand } from './commands/images.ts'
import { installCommand } from './commands/install.ts'
import { kubeconfigCommand } from './commands/kubeconfig.ts'
import { logsCommand } from './commands/logs.ts'
import { nodeCommand } from './commands/node.ts'
import { runCommand } from './commands/run.ts'
import { shellCommand } from './commands/shell.ts'
import { statusCommand } from './commands/status.ts'
import { superviseCommand } from './commands/supervise.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { upCommand } from './commands/up.ts'
import { uriCommand } from './commands/uri.ts'
import { versionCommand } from './commands/version.ts'
import type { Context } from './context.ts'

export function createProgram(context: Context): Command {
  const program = new Command('orlop')
    .description(
      'Runs Redis, Valkey and Memcached on Kubernetes, and brings a local Kubernetes for those without one.',
    )
    .enablePositionalOptions()
    .showHelpAfterError('(orlop --help lists the commands)')
    .addHelpText(
      'after',
      `
Examples:
  orlop up -f examples/quickstart.yaml    start everything, with a cache
  orlop status                            every cache at a glance
  redis-cli -u "$(orlop uri sessions)"    speak to one from this machine
  orlop down                              stop everything; the data stays`,
    )
    .exitOverride((error: CommanderError) => {
      throw error
    })
  for (const command of [
    upCommand,
    downCommand,
    statusCommand,
    uriCommand,
    cliCommand,
    shellCommand,
    runCommand,
    kubeconfigCommand,
    logsCommand,
    nodeCommand,
    imagesCommand,
    doctorCommand,
    installCommand,
    uninstallCommand,
    versionCommand,
    completionCommand,
  ]) {
    program.addCommand(withExits(command(context)))
  }
  program.addCommand(superviseCommand(context), { hidden: true })
  return program
}

/** Subcommands made apart do not inherit how errors leave and what is said after them. */
function withExits(command: Command): Command {
  return command.showHelpAfterError(`(orlop ${command.name()} --help tells more)`).exitOverride((error) => {
    throw error
  })
}
