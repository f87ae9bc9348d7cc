import { readFileSync } from "node:fs"

// Yama is a part of the kernel that may forbid to look into other processes: 1 allows it for those below, 2 for who may trace
// all, 3 for nobody.

/** @returns the kernel's setting; null where there is no Yama, or it cannot be read */
export function yamaScope(file = "/proc/sys/kernel/yama/ptrace_scope"): number | null {
  try {
    const found = /^([0-3])\n?$/.exec(readFileSync(file, "utf8"))?.[1]
    return found === undefined ? null : Number(found)
  } catch {
    return null
  }
}

/** Why the supervisor may not look into programs, and what would do: only what Yama forbids is its doing. */
export function whyUnreadable(scope: number | null): { why: string; next: string } {
  const why = "the supervisor may not read the memory of the programs that it starts"
  return scope !== null && scope > 1
    ? {
        why: `${why}: kernel.yama.ptrace_scope is ${scope}`,
        next:
          scope === 3
            ? "Have kernel.yama.ptrace_scope set to 0 or 1, and restart the machine: 3 stays until then."
            : "As root: sysctl -w kernel.yama.ptrace_scope=1",
      }
    : { why, next: "Have the container, or what else holds this program, allow process_vm_readv." }
}
