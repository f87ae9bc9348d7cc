import { resolve } from "node:path"
import { Command, Option } from "commander"
import { Failure } from "./lib/errors.ts"
import { defaultCache } from "./lib/npm/cache.ts"

export interface BuildOptions {
  pin: string
  source: "release"
  target: string
  /** The release's folder, absolute. */
  out: string
  /** The folder of what is kept between builds, absolute. */
  cache: string
  /** An organisation's own model catalogue, absolute. */
  models: string | undefined
  /** The policy that is built in, absolute. */
  policy: string | undefined
  /** Packages that go inside beside those of the pin, as `name@version`. */
  with: string[]
  json: boolean
}

const DESCRIPTION = `Makes an OpenCode executable that makes no connection its policy does not allow.

Exit codes: 0 built, 2 could not build. A failed or killed build leaves the last release as it was.`

const collect = (value: string, values: string[]) => [...values, value]

/** @throws Failure for a source that cannot be built yet; commander ends the process with 2 for unknown options. */
export function readOptions(argv: string[]): BuildOptions {
  const command = new Command("npm run build --")
    .description(DESCRIPTION)
    .option("--pin <name>", "which upstream to build: a file in pins/", "1.3.0")
    .addOption(
      new Option("--source <source>", "what to build from").choices(["release", "git"]).default("release"),
    )
    .option(
      "--target <target>",
      "for which platform, as in the pin: linux-x64, -baseline, -musl",
      "linux-x64",
    )
    .option("--out <folder>", "where the release goes (default: dist/<pin>-<target>)")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--models <file>", "put this model catalogue inside (the form of models.dev/api.json)")
    .option("--policy <file>", "build this policy in: mode, allow, locked (see README)")
    .option(
      "--with <package@version>",
      "put this package inside; repeatable (see docs/plugins.md)",
      collect,
      [],
    )
    .option("--json", "print build.json on standard output, and nothing else", false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(argv)
  const options = command.opts()
  if (options.source === "git") {
    throw new Failure({
      what: "The git source cannot be built yet",
      why: "this version fetches the pinned commit and applies the series to it, but does not compile it yet",
      next: "npm run build -- --source release",
    })
  }
  return {
    ...(options as BuildOptions),
    out: resolve(options.out ?? `dist/${options.pin}-${options.target}`),
    cache: resolve(options.cache),
    models: options.models && resolve(options.models),
    policy: options.policy && resolve(options.policy),
  }
}
