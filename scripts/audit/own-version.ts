import { join } from "node:path"
import { readRepository } from "../record/repository.ts"
import type { Report } from "./report.ts"

const ROOT = join(import.meta.dirname, "../..")

/** This project's version, and its commit where it stands in a repository of its own. */
export async function readOwnVersion(): Promise<Report["tool"]> {
  const { version } = (await Bun.file(join(ROOT, "package.json")).json()) as { version: string }
  const repository = await readRepository(ROOT)
  return { version, ...(repository && { commit: repository.commit, changed: !repository.clean }) }
}
