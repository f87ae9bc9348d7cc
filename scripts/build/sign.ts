import { createHash } from "node:crypto"
import { stat } from "node:fs/promises"
import { readModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { run } from "../lib/process.ts"
import { readChunks } from "../lib/read-chunks.ts"
import type { Built } from "./assemble.ts"

/**
 * Has an organisation's own signer sign the staged executable, before its sums are made.
 * @param command for `sh`; the file's path is in the variable FILE, and the file is to be changed in place
 * @throws Failure when it fails, or leaves no signature of somebody's
 */
export async function sign(built: Built, command: string, step: Step): Promise<Built> {
  const file = built.staging.executable
  const { exitCode, all } = await run("sh", ["-c", command], {
    env: { ...process.env, FILE: file },
    all: true,
    stdin: "ignore",
  })
  if (exitCode !== 0) throw notSigned(command, `it ended with exit code ${exitCode}: ${String(all).trim()}`)
  const kind = readModuleGraph(Bun.mmap(file)).runtime.signature?.kind
  if (kind !== "certificate")
    throw notSigned(command, `the executable has ${kind === "ad hoc" ? "our own signature" : "no signature"}`)
  step.result("by --sign-command")
  const hash = createHash("sha256")
  for await (const chunk of readChunks(file)) hash.update(chunk)
  return { ...built, bytes: (await stat(file)).size, sha256: hash.digest("hex") }
}

function notSigned(command: string, why: string): Failure {
  return new Failure({
    what: "The executable was not signed",
    why,
    next: `try the command on a file: FILE=some.exe sh -c ${JSON.stringify(command)}`,
  })
}
