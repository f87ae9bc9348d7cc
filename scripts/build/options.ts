import { resolve } from "node:path"
import { Command, Option } from "commander"
import { keyPath } from "../emit/sign.ts"
import { Failure, leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSupported } from "../pins/pin.ts"
import { showUrl } from "../upstream/git/show-url.ts"
import { findTarget, hostTarget, TARGETS } from "../upstream/target.ts"
import { releaseFolder } from "./release-folder.ts"

/** What the command line says, in full. A step takes of it what it needs. */
export interface BuildOptions {
  /** The name of the pin. */
  pin: string
  source: "release" | "git"
  /** Where the commit is fetched from: a URL, a path or a bundle; undefined for the pin's. */
  gitUrl: string | undefined
  target: string
  /** Whether no patch is applied. */
  coreOnly: boolean
  /** The release's folder, absolute. */
  out: string
  /** The folder of what is kept between builds, absolute. */
  cache: string
  /** An organisation's own model catalogue, absolute. */
  models: string | undefined
  /** What is laid over upstream's model catalogue, absolute. */
  modelsExtend: string | undefined
  /** The policy that is built in, absolute. */
  policy: string | undefined
  /** Packages that go inside beside those of the pin, as `name@version`. */
  with: string[]
  /** Whether what is derived is made anew, and its hashes go into the repository. */
  recordDerived: boolean
  /** The outputs that are printed, separated by commas; undefined for all. */
  emit: string | undefined
  /** The private key that signs, absolute. */
  signKey: string | undefined
  json: boolean
}

const DESCRIPTION = `Makes an OpenCode executable that makes no connection its policy does not allow.

Exit codes: 0 built, 2 could not build. A failed or killed build leaves the last release as it was.`

const collect = (value: string, values: string[]) => [...values, value]

/** @throws Failure for options that contradict each other; commander ends the process with 2 for unknown ones. */
export async function readOptions(argv: string[]): Promise<BuildOptions> {
  const supported = await readSupported()
  const command = new Command("npm run build --")
    .description(DESCRIPTION)
    .option("--pin <name>", "which upstream to build: a folder in pins/", supported.default)
    .addOption(
      new Option("--source <source>", "what to build from: upstream's executable, or its pinned commit")
        .choices(["release", "git"])
        .default("release"),
    )
    .option("--git-url <origin>", "fetch the commit from this URL, path or git bundle (default: the pin's)")
    .option(
      "--target <target>",
      `for which platform, as far as the pin has it: ${TARGETS.map(({ name }) => name).join(", ")}`,
      hostTarget().name,
    )
    .option("--core-only", "apply no patch: the guard and the switch alone, on any OpenCode", false)
    .option(
      "--out <folder>",
      "where the release goes (default: dist/<pin>-<target>, with -git for that source, and -core)",
    )
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option(
      "--models <file>",
      "put this model catalogue inside, and no other (the form of models.dev/api.json)",
    )
    .addOption(
      new Option(
        "--models-extend <file>",
        "add these providers and models to upstream's catalogue",
      ).conflicts("models"),
    )
    .option("--policy <file>", "build this policy in: mode, allow, locked (see docs/policy.md)")
    .option(
      "--with <package@version>",
      "put this package inside; repeatable (see docs/plugins.md)",
      collect,
      [],
    )
    .option(
      "--record-derived",
      "write the hashes of what this build derived into pins/derived.json: by them later builds take it from the cache",
      false,
    )
    .option(
      "--emit <names>",
      "print these outputs beside it, separated by commas (default: all; docs/outputs.md)",
    )
    .option("--sign-key <file>", "sign with this key, PEM, Ed25519 or ECDSA P-256 (docs/signing.md)")
    .option("--json", "print build.json on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse(argv)
  const options = command.opts<BuildOptions>()
  requireConsistent(options)
  return {
    ...options,
    out: resolve(options.out ?? releaseFolder(options)),
    cache: resolve(options.cache),
    models: options.models && resolve(options.models),
    modelsExtend: options.modelsExtend && resolve(options.modelsExtend),
    policy: options.policy && resolve(options.policy),
    signKey: keyPath(options.signKey),
  }
}

function requireConsistent({ source, gitUrl, target, coreOnly }: BuildOptions): void {
  const { name: host } = hostTarget()
  findTarget(target)
  if (source === "release" && gitUrl !== undefined) {
    throw new Failure({
      what: "--git-url says where a commit is, but the release source has none",
      why: "without --source git, upstream's executable is taken from the npm registry",
      next: `npm run build -- --source git --git-url ${showUrl(gitUrl)}`,
    })
  }
  if (source === "git" && target !== host) {
    throw new Failure({
      what: `The git source cannot be built for ${target} here`,
      why: `upstream's build script compiles for the platform that it runs on, which is ${host}`,
      next: `npm run build -- --source git --target ${host}, or npm run build -- --target ${target} from the release`,
    })
  }
  if (source === "git" && coreOnly) {
    throw new Failure({
      what: "--core-only is not for the git source",
      why: "upstream's build script is one of the things that the series patches",
      next: "npm run build -- --core-only, from the release",
    })
  }
}
