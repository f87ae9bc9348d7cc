import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { buildRelease, isStale, type PlainRelease, plainRelease } from "../build/fresh-release.ts"
import { Failure } from "../lib/errors.ts"
import type { BuildRecord } from "../record/build-record.ts"

/**
 * The folder of the release that goes into the kit: the given one, or this project's, which is built when it is missing
 * or stale.
 * @throws Failure when it would have to be built with an organisation's own policy, models or packages, which are not known here
 */
export async function findRelease(given: string | undefined): Promise<string> {
  if (given) return given
  const release = await plainRelease()
  if (await isStale(release)) {
    // Not by `readBuildRecord`: a stale one may be of another version of this project.
    const text = await readFile(join(release.folder, "build.json"), "utf8").catch(() => "{}")
    if (hasOwnContents(JSON.parse(text))) throw ownBuild(release)
    await buildRelease(release)
  }
  return release.folder
}

/** Whether a release was built with options that put something of an organisation's own inside. */
export function hasOwnContents({ policy, models, packages }: Contents): boolean {
  return (
    policy !== undefined ||
    (models !== undefined && models.from !== "upstream") ||
    (packages ?? []).some((item) => item.package !== PLUGIN)
  )
}

type Contents = Partial<Pick<BuildRecord, "policy" | "models" | "packages">>

/** What every release carries. */
const PLUGIN = "@opencode-ai/plugin"

function ownBuild({ folder }: PlainRelease): Failure {
  return new Failure({
    what: "The release is older than what it is made from, and was built with a policy, models or packages of your own",
    why: `${folder}/build.json says so; built again without them it would be another`,
    next: `npm run build with the options it was built with, or take it as it is: npm run kit -- --release ${folder}`,
  })
}
