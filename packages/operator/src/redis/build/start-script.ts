/**
 * The scripts that run in the pod: POSIX sh, the tools of a stock image only (sh, timeout, sed, getent where there is
 * one, flock where there is one). The rules of start.sh and why they are safe: ../README.md, "Boot".
 */
import type { ResolvedRedis } from '@orlop/api'
import { nowhere } from '../../observe/answer.ts'
import { nodesServiceName, redisPort } from './names.ts'

export const settingsFolder = '/etc/orlop'
export const privateFolder = '/run/orlop'
export const passwordFile = '/run/secrets/orlop/password'

/** Reads the password for the client from its file, never from an argument. */
const askFunction = `ask() { # HOST COMMAND...
  host=$1; shift
  if [ -r ${passwordFile} ]; then
    REDISCLI_AUTH=$(cat ${passwordFile}) timeout 2 "$ENGINE-cli" -h "$host" -p ${redisPort} "$@" 2>/dev/null
  else
    timeout 2 "$ENGINE-cli" -h "$host" -p ${redisPort} "$@" 2>/dev/null
  fi
}`

export function startScript(redis: ResolvedRedis): string {
  const name = redis.metadata.name
  const nodes = `${nodesServiceName(redis)}.${redis.metadata.namespace ?? 'default'}.svc`
  return `#!/bin/sh
# Decides what this instance starts as, then becomes the server. An instance never makes itself a writable primary while
# others could have newer data: it follows the primary that a peer or the record names, or waits fenced for the operator.
set -eu
umask 077
me=$POD_NAME
own=${privateFolder}/redis.conf
setting() { cat ${settingsFolder}/"$1" 2>/dev/null || true; }
${askFunction}

# A pod that was deleted by force is replaced while its process may live on: on the same node, over the same volume, taking writes. What
# it acknowledges until its end has to be on disk before this one reads it. The server inherits the lock and holds it as long as it lives.
trap 'exit 143' TERM
if command -v flock >/dev/null && (: >>/data/.lock) 2>/dev/null; then
  exec 9>>/data/.lock
  waits=''
  until said=$(flock -n 9 2>&1); do
    if [ -n "$said" ]; then echo "without a lock on /data: $said"; break; fi
    [ -n "$waits" ] || echo 'another process still has /data open; waiting until it has ended'
    waits=yes
    sleep 1
  done
fi
trap - TERM

record=$(setting primary)
instances=$(setting instances)
announced() { echo "$1.${nodes}"; }

has_data() {
  [ -s /data/dump.rdb ] && return 0
  [ -s /data/appendonly.aof ] && return 0
  for file in /data/appendonlydir/*.aof; do [ -s "$file" ] && return 0; done
  return 1
}

# Whoever else exists: by the record of how many there are, and by what the name service knows right now.
peers() {
  i=0
  while [ "$i" -lt "\${instances:-1}" ]; do announced "${name}-$i"; i=$((i + 1)); done
  if command -v getent >/dev/null; then
    getent ahostsv4 ${nodes} 2>/dev/null | while read -r address _; do echo "$address"; done | sort -u
  fi
}

rm -f ${privateFolder}/peer.*
for peer in $(peers); do
  case $peer in "$(announced "$me")" | "$POD_IP") continue ;; esac
  (ask "$peer" ROLE >${privateFolder}/peer."$peer" || true) &
done
wait

primary=''   # a peer that serves as a primary
followers='' # a peer that follows this very instance, and may have its data (ROLE has no offset while the link is down)
for answer in ${privateFolder}/peer.*; do
  [ -s "$answer" ] || continue
  peer=\${answer#${privateFolder}/peer.}
  role=$(sed -n 1p "$answer")
  case $role in
    master)
      case $peer in *.svc) primary=$peer ;; *) [ -n "$primary" ] || primary=$peer ;; esac ;;
    slave)
      if [ "$(sed -n 2p "$answer")" = "$(announced "$me")" ]; then followers=yes; fi ;;
  esac
done
rm -f ${privateFolder}/peer.*

persistence=$(setting persistence)
if [ -n "$primary" ]; then
  role="replicaof $primary ${redisPort}"
elif [ "\${instances:-1}" -le 1 ] && [ -z "$followers" ] && { [ -z "$record" ] || [ "$record" = "$me" ]; }; then
  role=''
elif [ "$record" = "$me" ] && has_data && [ "$persistence" = aof ]; then
  role=''
elif [ -n "$record" ] && [ "$record" != "$me" ]; then
  role="replicaof $(announced "$record") ${redisPort}"
else
  role='replicaof ${nowhere.host} ${nowhere.port}'
fi

{
  echo "include ${settingsFolder}/redis.conf"
  echo "replica-announce-ip $(announced "$me")"
  echo "$role"
  if [ -r ${passwordFile} ]; then
    password=$(sed 's/[\\\\"]/\\\\&/g' ${passwordFile})
    # Not echo, which in some shells reads the backslashes.
    printf 'requirepass "%s"\\nmasterauth "%s"\\n' "$password" "$password"
  fi
} >"$own"

echo "starting: record='$record' instances='\${instances:-}' role='\${role:-primary}'"
exec "$ENGINE-server" "$own"
`
}

/** Ready: a client that comes now gets answers. An instance that loads, is fenced or lost its link does not say PONG. */
export const readyScript: string = `#!/bin/sh
${askFunction}
[ "$(ask 127.0.0.1 PING)" = PONG ]
`

/** Alive: the server answers at all, be it with an error. */
export const aliveScript: string = `#!/bin/sh
${askFunction}
[ -n "$(ask 127.0.0.1 PING)" ]
`
