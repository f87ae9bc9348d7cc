import { run } from "../lib/process.ts"
import type { BuildRecord } from "../record/build-record.ts"

/** Where nothing is known: a release must not say when it was made, or no two would be equal. */
const NEVER = "1970-01-01T00:00:00Z"

/** The time that outputs bear: of SOURCE_DATE_EPOCH, else of this project's commit, else none. */
export async function timeOf(
  { repository }: BuildRecord,
  folder: string,
  env = process.env,
): Promise<string> {
  const given = env.SOURCE_DATE_EPOCH ?? (repository && (await commitTime(repository.commit, folder)))
  const seconds = Number(given)
  if (given === undefined || !Number.isSafeInteger(seconds)) return NEVER
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z")
}

async function commitTime(commit: string, folder: string): Promise<string | undefined> {
  const { exitCode, stdout } = await run("git", ["show", "-s", "--format=%ct", commit], {
    cwd: folder,
    env: process.env,
  })
  return exitCode === 0 ? String(stdout).trim() : undefined
}
