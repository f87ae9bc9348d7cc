import type { Target } from "../upstream/target.ts"

/** A file of `kit/`, and what it is called in the archive. */
type Placed = [from: string, to: string]

/** What installs the kit, and removes it: at the top of the archive, and what is installed with it in `kit`. */
export function scriptsFor({ launcher }: Pick<Target, "launcher">, kit: string): Placed[] {
  return launcher === "cmd" ? forWindows(kit) : forShell(kit)
}

function forShell(kit: string): Placed[] {
  return [
    ["archive/README.md", "README.md"],
    ["archive/install.sh", "install.sh"],
    ["archive/uninstall.sh", `${kit}/uninstall.sh`],
    ["archive/rollback.sh", `${kit}/rollback.sh`],
    ["archive/verify.sh", `${kit}/verify.sh`],
  ]
}

function forWindows(kit: string): Placed[] {
  return [
    ["windows/README.md", "README.md"],
    ["windows/install.ps1", "install.ps1"],
    ["windows/setup.cjs", `${kit}/setup.cjs`],
    ["windows/uninstall.ps1", `${kit}/uninstall.ps1`],
    ["windows/rollback.ps1", `${kit}/rollback.ps1`],
  ]
}
