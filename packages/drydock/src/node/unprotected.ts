/**
 * The official images of Redis and Valkey build their servers with protected mode off: without a password they answer other
 * hosts, too. Those of Debian are built with it on. Where the machine's server stands for the image, this script stands before it.
 * It stays away where somebody said what they want, in the arguments or in the configuration file.
 * Source: the Dockerfiles of docker-library/redis and valkey-io/valkey-container ("protected-mode").
 */
export function unprotected(server: string): string {
  return `#!/bin/sh
case " $* " in *" --protected-mode "*) exec ${server} "$@" ;; esac
case "\${1:-}" in
  -*v | --version | -h | --help | --test-memory | --check-system | -) exec ${server} "$@" ;;
  '' | -*) exec ${server} --protected-mode no "$@" ;;
esac
grep -qi '^[[:space:]]*protected-mode' "$1" 2>/dev/null && exec ${server} "$@"
file=$1
shift
exec ${server} "$file" --protected-mode no "$@"
`
}
