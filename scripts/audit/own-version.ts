import { join } from "node:path"
import { git } from "../upstream/git/git.ts"
import type { Report } from "./report.ts"

const ROOT = join(import.meta.dirname, "../..")

/** This project's version, and its commit where it stands in a repository of its own. */
export async function readOwnVersion(): Promise<Report["tool"]> {
  const { version } = (await Bun.file(join(ROOT, "package.json")).json()) as { version: string }
  const [head, status] = await Promise.all([
    git(ROOT, ["rev-parse", "HEAD"]),
    git(ROOT, ["status", "--porcelain"]),
  ])
  if (!head.ok || !status.ok) return { version }
  return { version, commit: head.stdout.trim(), changed: status.stdout.trim() !== "" }
}
