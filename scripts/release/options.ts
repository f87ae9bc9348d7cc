import { join, resolve } from "node:path"
import { Command } from "commander"
import { keyPath } from "../emit/signing-key.ts"
import { leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { readSupported } from "../pins/pin.ts"
import { hostTarget } from "../upstream/target.ts"

export interface ReleaseOptions {
  pin: string
  targets: string[]
  /** Passed on to the build, absolute. */
  policy: string | undefined
  config: string | undefined
  models: string | undefined
  modelsExtend: string | undefined
  with: string[]
  /** Has the executable signed, for Windows or macOS: passed on to the build. */
  signCommand: string | undefined
  /** The private key that signs, absolute. */
  key: string | undefined
  /** The audit's report, absolute. */
  audit: string | undefined
  kit: boolean
  /** What the image is put on, absolute. */
  imageBase: string | undefined
  /** The folder of releases, absolute. */
  out: string
  cache: string
  /** Whether standard output gets what was made as JSON, once all of it is. */
  json: boolean
}

const DESCRIPTION = `Makes all that is handed over: a folder a target, with the executable, the kit, packages, an image, and every file about them.

A folder holds exactly the promised files (docs/release.md); when one is missing, or there is another, nothing is released.
Exit codes: 0 made, 2 not made; then an earlier release is as it was. Of several targets, those ahead of the failure are made.`

/** Commander ends the process with 2 for unknown options. */
export async function readReleaseOptions(argv: string[]): Promise<ReleaseOptions> {
  const supported = await readSupported()
  const options = new Command("npm run release --")
    .description(DESCRIPTION)
    .option("--pin <name>", "which upstream: a folder in pins/", supported.default)
    .option(
      "--target <target>",
      "for which platform, or all that the pin has; repeatable (default: this machine's)",
      collect,
    )
    .option("--policy <file>", "build this policy in")
    .option("--config <file>", "put this default configuration inside")
    .option("--with <package@version>", "put this package inside; repeatable", collect)
    .option("--models <file>", "put this model catalogue inside, and no other")
    .option("--models-extend <file>", "add these providers and models to upstream's catalogue")
    .option("--sign-command <command>", "have this sign the executable, $FILE, for Windows or macOS")
    .option("--key <file>", "sign with this private key, PEM, Ed25519 or ECDSA P-256; - is standard input")
    .option("--audit <file>", "the audit's report.json of this executable, for the brief")
    .option("--no-kit", "make no archive for the air gap, and no packages of it")
    .option(
      "--image-base <path>",
      "put the image on this: an OCI layout, or a root folder (docs/container.md)",
    )
    .option("--out <folder>", "where the folders go", join(import.meta.dirname, "../../dist/release"))
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--json", "print what was made as JSON: a list, one release a target", false)
    .exitOverride(leaveParser)
    .parse(argv)
    .opts<Omit<ReleaseOptions, "targets" | "with"> & { target?: string[]; with?: string[] }>()
  const absolute = (path: string | undefined) => path && resolve(path)
  return {
    ...options,
    targets: options.target ?? [hostTarget().name],
    with: options.with ?? [],
    policy: absolute(options.policy),
    config: absolute(options.config),
    models: absolute(options.models),
    modelsExtend: absolute(options.modelsExtend),
    key: keyPath(options.key),
    audit: absolute(options.audit),
    imageBase: absolute(options.imageBase),
    out: resolve(options.out),
    cache: resolve(options.cache),
  }
}

function collect(value: string, values: string[] = []): string[] {
  return [...values, value]
}
