/** The ConfigMap by which pods know whom to trust: pkg/controller/certificates/rootcacertpublisher. */
export function rootAuthority(
  namespace: string,
  { authority }: { readonly authority: string },
): {
  metadata: { name: string; namespace: string; annotations: Record<string, string> }
  data: Record<string, string>
} {
  const description =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'
  return {
    metadata: {
      name: rootAuthorityName,
      namespace,
      annotations: { 'kubernetes.io/description': description },
    },
    data: { 'ca.crt': authority },
  }
}

export const rootAuthorityName = 'kube-root-ca.crt'
