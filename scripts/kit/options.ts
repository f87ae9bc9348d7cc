import { resolve } from "node:path"
import { Command } from "commander"
import { keyPath } from "../emit/sign.ts"
import { leaveParser } from "../lib/errors.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { type Choice, INTELEPHENSE } from "./read-lock.ts"

export interface KitOptions extends Omit<Choice, "target"> {
  /** A release to take as it is, absolute. */
  release: string | undefined
  /** The archive, absolute. */
  out: string | undefined
  /** The folder of what is kept between builds, absolute. */
  cache: string
  /** The private key that signs, absolute. */
  signKey: string | undefined
  json: boolean
}

const DESCRIPTION = `Makes one archive for the air gap: the executable, language servers and formatters from npm, an installer.

The packages and all that they need are those of kit/package-lock.json, by sha512; none of their scripts is run.
${INTELEPHENSE} (PHP) is left out unless asked for: its licence forbids to copy and to distribute it.
Exit codes: 0 made, 2 could not be made; then an earlier archive is as it was.`

/** Commander ends the process with 2 for unknown options. */
export function readKitOptions(argv: string[]): KitOptions {
  const options = new Command("npm run kit --")
    .description(DESCRIPTION)
    .option("--out <file>", "where the archive goes (default: dist/<pin>-<target>-kit.tar.gz)")
    .option(
      "--release <folder>",
      "a release of npm run build, taken as it is (default: this project's, built when stale)",
    )
    .option("--without <name>", "leave out a package of kit/package.json; repeatable", collect, [])
    .option("--with-intelephense", "put it in; that you may is for you to know", false)
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .option("--sign-key <file>", "sign with this key, PEM, Ed25519 or ECDSA P-256 (docs/signing.md)")
    .option("--json", "print the result and the manifest as JSON on standard output, and nothing else", false)
    .exitOverride(leaveParser)
    .parse(argv)
    .opts<KitOptions>()
  return {
    ...options,
    release: options.release && resolve(options.release),
    out: options.out && resolve(options.out),
    signKey: keyPath(options.signKey),
    cache: resolve(options.cache),
  }
}

function collect(name: string, names: string[]): string[] {
  return [...names, name]
}
