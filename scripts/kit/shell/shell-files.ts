import { bashCompletion } from "./bash.ts"
import type { Command } from "./commands.ts"
import { fishCompletion } from "./fish.ts"
import { manPage } from "./man-page.ts"
import { zshCompletion } from "./zsh.ts"

/**
 * Completions and the man page, by where shells and man look for them below a prefix. The installer links to them:
 * `LINKS` in the scripts of kit/archive names the same.
 */
export function shellFiles(
  root: Command,
  version: string,
  topics: Record<string, string>,
): Record<string, string> {
  return {
    "share/bash-completion/completions/opencode": bashCompletion(root),
    "share/fish/vendor_completions.d/opencode.fish": fishCompletion(root),
    "share/man/man1/opencode.1": manPage(root, version, topics),
    "share/zsh/site-functions/_opencode": zshCompletion(root),
  }
}
