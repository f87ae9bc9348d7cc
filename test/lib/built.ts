import { existsSync } from "node:fs"
import { plainRelease } from "../../scripts/build/fresh-release.ts"
import { Failure } from "../../scripts/lib/errors.ts"

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
