import type { Examination } from "./launch.ts"
import type { KernelSettings } from "./settings.ts"

/** What `opencode offline doctor` found, for people. */
export function formatExamination({
  possible,
  why,
  next,
  confined,
  kernel,
  landlock,
  yama,
  protects,
  sockets,
}: Partial<Examination> & Pick<Examination, "possible" | "why" | "next">): string {
  if (!possible) return `Kernel mode is not possible here: ${why}\n  ${next}\n`
  if (confined) return "This program is held by kernel mode already.\n"
  return `Kernel mode is possible here: --offline=kernel holds every program that is started.
  kernel    Linux ${kernel}, Landlock ${landlock}
  Yama      ${yama === null || yama === undefined ? "not in this kernel" : `kernel.yama.ptrace_scope is ${yama}`}
  protects  ${PROTECTS[protects!]}
  sockets   ${SOCKETS[sockets!]}
`
}

const PROTECTS = {
  all: "programs reach neither the memory nor, by signals, other processes outside of the tree",
  memory:
    "programs may not trace at all, but may send signals: Linux 6.12 or later would keep these in the tree",
}

const SOCKETS = {
  taken: "the supervisor gets at a program's sockets by pidfd_getfd",
  made: "the supervisor makes all sockets, because pidfd_getfd is denied here",
}

/** What the kernel lets through beside the allow-list, for people. */
export function formatKernel({ loopback, unix, listen }: KernelSettings): string {
  const ports =
    loopback === "any" ? "all ports of this machine" : "of this machine's ports, its own and those above"
  const sockets = unix.length > 0 ? `, Unix sockets ${unix.join(", ")}` : ""
  const others = listen === "any" ? " Other machines may connect to it." : ""
  return `The kernel holds every program that is started: ${ports}${sockets}.${others}\n`
}
