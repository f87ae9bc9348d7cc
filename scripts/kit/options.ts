import { join, resolve } from "node:path"
import { Command, Option } from "commander"
import { keyPath } from "../emit/signing-key.ts"
import { leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSupported } from "../pins/pin.ts"
import { hostTarget } from "../upstream/target.ts"
import type { Wanted } from "./find-release.ts"
import { type Choice, INTELEPHENSE } from "./read-lock.ts"

export interface KitOptions extends Choice, Wanted {
  /** A release to take as it is, absolute; then nothing is built. */
  release: string | undefined
  /** The archive, absolute. */
  out: string | undefined
  /** The folder of what is kept between builds, absolute. */
  cache: string
  /** The private key that signs, absolute. */
  signKey: string | undefined
  /** Whether completions and a man page are made, for which the executable is run. */
  completions: boolean
  json: boolean
}

const OWN = join(import.meta.dirname, "../../kit")

const DESCRIPTION = `Makes one archive for the air gap: the executable, language servers and formatters from npm, an installer.
The executable is built with what is given, as npm run build does. It is offline unless somebody says otherwise (kit/policy.json);
--policy gives it another one.

The packages and all that they need are those of kit/package-lock.json, by sha512; none of their scripts is run.
${INTELEPHENSE} (PHP) is left out unless asked for: its licence forbids to copy and to distribute it.
Exit codes: 0 made, 2 could not be made; then an earlier archive is as it was.`

/** Commander ends the process with 2 for unknown options. */
export async function readKitOptions(argv: string[]): Promise<KitOptions> {
  const supported = await readSupported()
  const options = new Command("npm run kit --")
    .description(DESCRIPTION)
    .option(
      "--out <file>",
      "where the archive goes (default: dist/opencode-offline-<version>-<of this project>-<target>-<policy>.tar.gz or, for Windows, .zip; with -git and -core as npm run build has them)",
    )
    .option("--pin <name>", "which upstream: a folder in pins/", supported.default)
    .option("--target <target>", "for which platform", hostTarget().name)
    .option("--policy <file>", "the policy inside (see docs/policy.md)", join(OWN, "policy.json"))
    .option("--config <file>", "the default configuration inside, an opencode.json (see docs/build.md)")
    .option("--models <file>", "the model catalogue inside, and no other (see docs/models.md)")
    .option("--models-extend <file>", "providers and models beside upstream's")
    .option("--with <package@version>", "a package inside; repeatable (see docs/plugins.md)", collect, [])
    .addOption(
      new Option(
        "--release <folder>",
        "a release of npm run build, taken as it is instead of what the options above would build",
      ).conflicts(["pin", "target", "policy", "config", "models", "modelsExtend", "with"]),
    )
    .option("--without <name>", "leave out a package of kit/package.json; repeatable", collect, [])
    .option("--with-intelephense", "put it in; that you may is for you to know", false)
    .option(
      "--no-completions",
      "leave out completions and the man page, for which the executable is run in a network namespace",
    )
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--sign-key <file>", "sign with this key, PEM, Ed25519 or ECDSA P-256 (docs/signing.md)")
    .option("--json", "print the result and the manifest as JSON on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse(argv)
    .opts<KitOptions>()
  const absolute = (path: string | undefined) => path && resolve(path)
  return {
    ...options,
    release: absolute(options.release),
    out: absolute(options.out),
    policy: absolute(options.policy),
    config: absolute(options.config),
    models: absolute(options.models),
    modelsExtend: absolute(options.modelsExtend),
    signKey: keyPath(options.signKey),
    cache: resolve(options.cache),
  }
}

function collect(name: string, names: string[]): string[] {
  return [...names, name]
}
