import { readModuleGraph } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import { hashFile } from "../lib/hash-file.ts"
import type { Step } from "../lib/log.ts"
import { run } from "../lib/process.ts"
import { type Built, later } from "./assemble.ts"

/**
 * Has an organisation's own signer sign the staged executable, before its sums are made. Neither the command nor what it
 * prints is repeated: a password may stand in both, and a build's output is often kept.
 * @param command for `sh`; the file's path is in the variable FILE, and the file is to be changed in place
 * @throws Failure when it fails, or leaves no signature of somebody's
 */
export async function sign(built: Built, command: string, step: Step): Promise<Built> {
  const file = built.staging.executable
  const { exitCode, signal } = await run("sh", ["-c", command], {
    env: { ...process.env, FILE: file },
    stdio: "ignore",
  })
  if (exitCode !== 0) throw notSigned(`--sign-command ended with ${signal ?? `exit code ${exitCode}`}`)
  const kind = readModuleGraph(Bun.mmap(file)).runtime.signature?.kind
  if (kind !== "certificate")
    throw notSigned(`the executable has ${kind === "ad hoc" ? "our own signature" : "no signature"}`)
  step.result("by --sign-command")
  const sha512 = later(hashFile(file, "sha512").then(({ hash }) => hash))
  const { bytes, hash } = await hashFile(file, "sha256")
  return { ...built, bytes, sha256: hash, sha512 }
}

function notSigned(why: string): Failure {
  const next = "run what you gave as --sign-command by hand, with FILE naming a copy of the executable"
  return new Failure({ what: "The executable was not signed", why, next })
}
