import { homedir } from "node:os"
import path from "node:path"
import { builtin } from "./guard/builtin.ts"
import type { Resolution } from "./resolve.ts"

/** Where programs find the folder for what they keep of their state. */
export const STATE = "XDG_STATE_HOME"

/** Whose folder of state is used. */
export interface StateFolder {
  /** The user's, which children are given; undefined when the user named none. */
  users: string | undefined
  /** The one of everything that is offline under this policy. */
  own: string
  /** Names the policy. */
  digest: string
}

/**
 * The folder of state for OpenCode while it is offline, where one server in the background serves all clients: upstream
 * keeps there where that server is, and its password. So a client that is offline finds, and can ask, none that is online
 * or has another policy.
 */
export function stateFolder(
  { allow, projectCode, kernel }: Pick<Resolution, "allow" | "projectCode" | "kernel">,
  env: NodeJS.ProcessEnv,
): StateFolder {
  const digest = digestOf(
    [
      ...new Set(allow.map(({ text }) => text)),
      `projectCode: ${projectCode}`,
      ...(kernel ? [`kernel: ${JSON.stringify(kernel)}`] : []),
    ].sort(),
  )
  // A child that was started past the guard has the folder of its parent.
  const users = env[STATE]?.replace(OWN, "")
  const base = users || path.join(homedir(), ".local", "state")
  return { users, own: path.join(base, "opencode-offline", digest), digest }
}

const OWN = /[\\/]opencode-offline[\\/][0-9a-f]{16}$/

function digestOf(value: unknown): string {
  const { createHash } = builtin<typeof import("node:crypto")>("node:crypto")
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16)
}
