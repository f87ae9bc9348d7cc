import { join, resolve } from "node:path"
import { Command, Option } from "commander"
import { keyPath } from "../emit/signing-key.ts"
import { Failure, leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSupported } from "../pins/pin.ts"
import { showUrl } from "../upstream/git/show-url.ts"
import { ALL, findTarget, hostTarget, TARGETS } from "../upstream/target.ts"
import { releaseFolder } from "./release-folder.ts"
import { type Given, variantOf } from "./variant.ts"

/** What the command line says, in full. A step takes of it what it needs. */
export interface BuildOptions {
  /** The name of the pin. */
  pin: string
  source: "release" | "git"
  /** Where the commit is fetched from: a URL, a path or a bundle; undefined for the pin's. */
  gitUrl: string | undefined
  /** One of upstream's, or {@link ALL}. */
  target: string
  /** Whether no patch is applied. */
  coreOnly: boolean
  /** The release's folder, absolute; with {@link ALL}, where one for each target goes, or empty for the usual ones. */
  out: string
  /** The folder of what is kept between builds, absolute. */
  cache: string
  /** An organisation's own model catalogue, absolute. */
  models: string | undefined
  /** What is laid over upstream's model catalogue, absolute. */
  modelsExtend: string | undefined
  /** The default configuration that is put inside, absolute. */
  config: string | undefined
  /** The policy that is built in, absolute. */
  policy: string | undefined
  /** Packages that go inside beside those of the pin, as `name@version`. */
  with: string[]
  /** What signs the executable, for `sh`. */
  signCommand: string | undefined
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
      `for which platform, as far as the pin has it: ${TARGETS.map(({ name }) => name).join(", ")}; or all that it has`,
      hostTarget().name,
    )
    .option("--core-only", "apply no patch: the guard and the switch alone, on any OpenCode", false)
    .option(
      "--out <folder>",
      "where the release goes (default: dist/<pin>-<target>, with -git, -core, the policy's name and a hash of what else is put inside)",
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
    .option("--config <file>", "put this opencode.json inside, below every other configuration")
    .option("--policy <file>", "build this policy in: mode, allow, locked (see docs/policy.md)")
    .option(
      "--with <package@version>",
      "put this package inside; repeatable (see docs/plugins.md)",
      collect,
      [],
    )
    .option(
      "--sign-command <command>",
      "have this sign the executable, $FILE, for Windows or macOS (see docs/platforms.md)",
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
    out: await outOf(options),
    cache: resolve(options.cache),
    models: options.models && resolve(options.models),
    modelsExtend: options.modelsExtend && resolve(options.modelsExtend),
    config: options.config && resolve(options.config),
    policy: options.policy && resolve(options.policy),
    signKey: keyPath(options.signKey),
  }
}

/** The options for one of several targets: a folder each. */
export async function optionsFor(options: BuildOptions, target: string): Promise<BuildOptions> {
  if (options.target !== ALL) return options
  const out = options.out ? join(options.out, target) : await outOf({ ...options, target })
  return { ...options, target, out }
}

/** With {@link ALL}, only what was given. */
async function outOf(options: BuildOptions): Promise<string> {
  if (options.target === ALL) return options.out && resolve(options.out)
  return resolve(options.out || releaseFolder({ ...options, variant: await variantOf(given(options)) }))
}

function given({ policy, config, models, modelsExtend, with: packages }: BuildOptions): Given {
  return { policy, config, models, modelsExtend, with: packages }
}

function requireConsistent({ source, gitUrl, target, coreOnly, config, signCommand }: BuildOptions): void {
  const { name: host } = hostTarget()
  if (target !== ALL) findTarget(target)
  if (signCommand !== undefined && (target === ALL || findTarget(target).os === "linux")) {
    throw new Failure({
      what: `--sign-command is not for ${target}`,
      why: "it signs one executable, for Windows or macOS; those for Linux carry no signature",
      next: "name the target: --target windows-x64",
    })
  }
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
  if (coreOnly && config !== undefined) {
    throw new Failure({
      what: "--core-only is not for a build with a default configuration",
      why: "a patch has upstream's code read it",
      next: "npm run build -- --config FILE, or a managed /etc/opencode/opencode.json",
    })
  }
}
