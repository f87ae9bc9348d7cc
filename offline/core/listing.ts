/** Ours, as upstream's `--help` lists it. Both are taken from the command line before upstream's parser reads it. */

export const option = {
  type: "boolean",
  describe: "make no connection that the policy does not allow (see `opencode offline`)",
} as const

export const command = {
  command: "offline",
  describe: "show whether OpenCode is offline and what it may connect to",
  handler: () => {},
}
