import { Argument, Command } from 'commander'
import type { Context } from '../context.ts'

export function completionCommand({ stdout }: Context): Command {
  return new Command('completion')
    .description('print a completion script: eval "$(orlop completion bash)"')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish', _options: unknown, self: Command) => {
      const commands = (self.parent?.commands ?? []).filter((c) => !c.name().startsWith('_'))
      stdout.write(scripts[shell](commands))
    })
}

const named = ['uri', 'cli', 'status', 'logs']
const names = 'orlop status --names 2>/dev/null'
/** Commands with subcommands, and what lists the names that those take. */
const groups = [
  { name: 'node', list: 'node ls --names' },
  { name: 'images', list: 'images ls -o name' },
]

const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (commands: readonly Command[]) => string>> = {
  bash: (commands) => `_orlop() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${list(commands)}" -- "$word")); return; fi
  if [[ $word == -* ]]; then case \${COMP_WORDS[1]} in
${commands.map((c) => `    ${c.name()}) COMPREPLY=($(compgen -W "${options(c)}" -- "$word")) ;;\n`).join('')}  esac; return; fi
  case \${COMP_WORDS[1]} in
    ${named.join('|')}) COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" status --names 2>/dev/null)" -- "$word")) ;;
${groups
  .map(
    ({
      name,
      list,
    }) => `    ${name}) if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "${verbs(commands, name)}" -- "$word"))
      else COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" ${list} 2>/dev/null)" -- "$word")); fi ;;
`,
  )
  .join('')}    up) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o default -F _orlop orlop
`,
  zsh: (commands) => `_orlop() {
  if (( CURRENT == 2 )); then compadd -- ${list(commands)}; return; fi
  if [[ $words[CURRENT] == -* ]]; then case $words[2] in
${commands.map((c) => `    ${c.name()}) compadd -- ${options(c)} ;;\n`).join('')}  esac; return; fi
  case $words[2] in
    ${named.join('|')}) compadd -- $(${names}) ;;
${groups
  .map(
    ({ name, list }) =>
      `    ${name}) if (( CURRENT == 3 )); then compadd -- ${verbs(commands, name)}; else compadd -- $(orlop ${list} 2>/dev/null); _files; fi ;;
`,
  )
  .join('')}    *) _files ;;
  esac
}
compdef _orlop orlop
`,
  fish: (commands) =>
    `${commands
      .map(
        (c) =>
          `complete -c orlop -n __fish_use_subcommand -f -a ${c.name()} -d '${c.description().replaceAll("'", '')}'`,
      )
      .join('\n')}
${commands.flatMap((c) => c.options.map((o) => `complete -c orlop -n '__fish_seen_subcommand_from ${c.name()}' -l ${o.long?.slice(2)} -d '${o.description.replaceAll("'", '')}'\n`)).join('')}complete -c orlop -n '__fish_seen_subcommand_from ${named.join(' ')}' -f -a '(${names})'
${groups
  .map(({ name, list }) => {
    const all = verbs(commands, name)
    return `complete -c orlop -n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${all}' -f -a '${all}'
complete -c orlop -n '__fish_seen_subcommand_from ${name}; and __fish_seen_subcommand_from ${all}' -a '(orlop ${list} 2>/dev/null)'
`
  })
  .join('')}`,
}

/** The options of a command, by their long names. */
function options(command: Command): string {
  return command.options.flatMap(({ long }) => long ?? []).join(' ')
}

/** The subcommands of a command. */
function verbs(commands: readonly Command[], name: string): string {
  return list(commands.find((c) => c.name() === name)?.commands ?? [])
}

function list(commands: readonly Command[]): string {
  return commands.map((c) => c.name()).join(' ')
}
