import { join } from "node:path"
import { readBuildRecord } from "../lib/build-record.ts"
import { Failure } from "../lib/errors.ts"
import { buildRelease, isStale, RELEASE } from "../lib/fresh-release.ts"

/**
 * The folder of the release that goes into the kit: the given one, or this project's, which is built when it is missing
 * or stale.
 * @throws Failure when it would have to be built with an organisation's own policy or models, which are not known here
 */
export async function findRelease(given: string | undefined): Promise<string> {
  if (given) return given
  if (await isStale()) {
    const { policy, models } = await readBuildRecord(join(RELEASE, "build.json")).catch(() => NONE)
    if (policy || models?.from === "organisation") throw ownBuild()
    await buildRelease()
  }
  return RELEASE
}

const NONE = { policy: undefined, models: undefined }

function ownBuild(): Failure {
  return new Failure({
    what: "The release is older than what it is made from, and was built with a policy or models of your own",
    why: `${RELEASE}/build.json says so; built again without them it would be another`,
    next: `npm run build with the options it was built with, or take it as it is: npm run kit -- --release ${RELEASE}`,
  })
}
