/** What a person says of the servers that OpenCode is to start. */
export interface Named {
  /** Origins of pages that may speak to them. */
  origins: string[]
  /** Names by which they are reached: of those origins, and what they are announced as in the local network. */
  hosts: string[]
}

/** Carries it to where servers are started: in this thread, or in a worker. */
const NAMED = "OPENCODE_OFFLINE_SERVER"

export function keepNamed(named: Named, env: NodeJS.ProcessEnv): void {
  env[NAMED] = JSON.stringify(named)
}

/** What the main thread has kept; nothing is named where it has not. */
export function keptNamed(env: NodeJS.ProcessEnv): Named {
  const kept = env[NAMED]
  return kept === undefined ? { origins: [], hosts: [] } : JSON.parse(kept)
}
