import { join } from "node:path"
import type { IsolatedContext } from "../../../scripts/harness/run-opencode.ts"
import { serverUrl } from "../../../scripts/harness/scenarios.ts"
import type { RawAnswer, RawRequest } from "./raw-requests.ts"

// Asks a server in so many words, as its own page and as foreign ones do.

export const { port } = new URL(serverUrl)
export const own = { Host: `127.0.0.1:${port}` }

export const FOREIGN_HOSTS = [
  "evil.example",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "evil.example#localhost",
  "evil.example@localhost",
  "localhost@evil.example",
  "10.0.0.7",
  "[fd00::7]",
  "",
]
export const FOREIGN_ORIGINS = [
  "https://evil.example",
  `http://evil.example:${port}`,
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example",
  "http://10.0.0.7",
  "https://app.opencode.ai",
  "https://opencode.ai",
  "null",
  "file://",
  "chrome-extension://abcdef",
]

export async function ask({ execute }: IsolatedContext, requests: RawRequest[]): Promise<RawAnswer[]> {
  const script = join(import.meta.dirname, "raw-requests.ts")
  const { exitCode, stdout, stderr } = await execute(process.execPath, [
    script,
    port,
    JSON.stringify(requests),
  ])
  if (exitCode !== 0) throw new Error(`the requests failed:\n${stderr}`)
  return JSON.parse(stdout)
}

/** Asks for the sessions, where a request does not say what else. */
export function askAll(context: IsolatedContext, requests: RawRequest[]): Promise<RawAnswer[]> {
  return ask(
    context,
    requests.map((request) => ({ path: "/session", ...request })),
  )
}
