import { readFileSync } from "node:fs"
import { Failure } from "../lib/errors.ts"
import { run } from "../lib/process.ts"

const NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child"]

/**
 * The words to put in front of a command to run it in a network, mount and process namespace of its own. As root no
 * more is needed; an ordinary user becomes root of a user namespace first. Throws a Failure that says what this
 * machine lacks when neither works.
 */
export function namespacePrefix(): Promise<string[]> {
  prefix ??= findPrefix()
  return prefix
}

let prefix: Promise<string[]> | undefined

async function findPrefix(): Promise<string[]> {
  if (process.platform !== "linux") throw notLinux()
  const candidates = [NAMESPACES, ["--user", "--map-root-user", ...NAMESPACES]]
  const reasons: string[] = []
  for (const options of process.getuid?.() === 0 ? candidates : candidates.slice(1)) {
    const tried = await run("unshare", [...options, "true"], { env: { PATH: process.env.PATH } })
    if (tried.exitCode === 0) return ["unshare", ...options]
    reasons.push(tried.code === "ENOENT" ? "there is no `unshare` in PATH" : String(tried.stderr).trim())
  }
  throw notPermitted(reasons)
}

function notLinux(): Failure {
  return new Failure({
    what: "The isolated tests need Linux.",
    why: `They use network namespaces, and this is ${process.platform}.`,
    next: "Run them in a Linux virtual machine: npm test",
  })
}

/** The settings that are known to forbid namespaces, with the value that does. */
const forbidding: [path: string, value: string, next: string][] = [
  ["/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"],
  ["/proc/sys/user/max_net_namespaces", "0", "sysctl -w user.max_net_namespaces=10000"],
  ["/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"],
  [
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "1",
    "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  ],
]

function notPermitted(reasons: string[]): Failure {
  const missing = reasons.some((reason) => reason.includes("no `unshare`"))
  const settings = forbidding.filter(([path, value]) => readSetting(path) === value)
  return new Failure({
    what: "This machine does not let a network namespace be made.",
    why: [...new Set(reasons), ...settings.map(([path, value]) => `${path} is ${value}`)].join("; "),
    next: missing
      ? "Install util-linux, which has `unshare`."
      : settings.map(([, , next]) => `As root: ${next}`).join("; ") ||
        "Run as root, or in a container with --cap-add SYS_ADMIN and without a seccomp profile that forbids unshare(2).",
  })
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim()
  } catch {
    // A kernel without the setting does not forbid by it.
    return undefined
  }
}
