import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { plainRelease } from "../../scripts/build/fresh-release.ts"
import { Failure } from "../../scripts/lib/errors.ts"
import { type BuildRecord, readBuildRecord } from "../../scripts/record/build-record.ts"

const built = process.env.TEST_EXECUTABLE ?? (await plainRelease(process.env.TEST_PIN)).executable

/** The path of the executable that `npm run build` makes, or that `npm test` was given. Throws a Failure when it is not there. */
export function builtExecutable(): string {
  if (existsSync(built)) return built
  throw new Failure({
    what: "The executable to test is not there.",
    why: `There is no ${built}.`,
    next: "npm run build",
  })
}

const record: Promise<BuildRecord> | undefined = existsSync(join(dirname(built), "build.json"))
  ? readBuildRecord(join(dirname(built), "build.json"))
  : undefined

/** What its build.json says is left out of it: tests of that are not there. One without a record has all. */
const missing = new Set((await record)?.leftOut.map(({ name }) => name))

/** Whether the executable that is tested has a patch. */
export function hasPatch(name: string): boolean {
  return !missing.has(name)
}
