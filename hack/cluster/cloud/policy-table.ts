/** The nftables table that holds the rules of policies: one in each node's network namespace. */
export const policyTable = 'policies'
