/**
 * Replaces `$(NAME)` by the variable's value, as the kubelet does in command, args and env: an unknown name stays as it is written,
 * `$$` is a literal `$`, and a lone `$` stays.
 * Source: third_party/forked/golang/expansion/expand.go of Kubernetes.
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (written, name: string | undefined) => {
    if (name === undefined) return '$'
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : written
  })
}
