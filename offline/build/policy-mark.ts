/**
 * What the module says of a policy beside it. Upstream's build script may run what it has compiled, before a policy is put in;
 * the build then puts the one mark in the place of the other, which is as long.
 */
export const POLICY_MARK = { before: "the policy is to come", after: "the policy is inside!" } as const
