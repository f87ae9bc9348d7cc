import { relative, resolve } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { Progress, type Step } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { packagesOf } from "../lib/npm/locked.ts"
import { listPins, PINS, type Pin, pinFile, pinName, readPin } from "../pins/pin.ts"
import { pinPlugin } from "../pins/pin-plugin.ts"
import { type Missing, pinTargets } from "../pins/pin-targets.ts"
import { readSpec } from "../pins/read-spec.ts"
import { replacePin, requireNew, withTargets, writePin } from "../pins/write-pin.ts"
import { resolveRef } from "../upstream/git/resolve-ref.ts"
import { findTarget, TARGETS } from "../upstream/target.ts"

const DESCRIPTION = `Writes pins/VERSION/pin.json for a release of upstream's, from what the npm registry says and serves now.

Each target that the registry has is pinned; one that it has not, or that cannot be read, is named and does not stop the
others. What a release of that form needs beside it (the page, grammars) is as in the newest pin of that form. A pin that
is there is never replaced; --add gives it targets that it has not, once a registry has them, and leaves the others as they
are. Nothing of the release is run. Compare the hashes with another registry's before the pin is
committed (docs/pins.md).

Exit codes: 0 written, 2 could not write.`

interface Options {
  commit?: string
  gitUrl?: string
  target: string[]
  add: boolean
  out: string
  cache: string
}

await runCommand(async () => {
  const command = new Command("npm run pin --")
    .description(DESCRIPTION)
    .argument("<release>", "a version, such as 1.0.0, or another package of upstream's: NAME@VERSION")
    .option("--commit <sha>", "upstream's full commit (default: where the tag vVERSION points)", fullCommit)
    .option("--git-url <origin>", "where to ask for that tag (default: as in the newest pin)")
    .option("--target <name...>", "only these targets", targetNames, [])
    .option("--add", "add targets to the pin that is there", false)
    .option("--out <folder>", "where the pin's folder goes", PINS)
    .option("--cache <folder>", "where packages are kept", defaultCache())
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const { product, version } = readSpec(command.args[0]!)
  const out = resolve(options.out)
  const cache = resolve(options.cache)
  const file = pinFile(pinName({ product, version }), out)
  const known = options.add ? await readPin(pinName({ product, version }), out) : undefined
  if (!known) await requireNew(file)
  const progress = new Progress(known ? 2 : 4)
  const pins = await Promise.all((await listPins()).map((name) => readPin(name)))
  const git =
    known?.git ??
    (await progress.step("Find the commit", (step) => findCommit(version, pins[0]!, options, step)))
  const names = wantedTargets(options.target, known)
  const taken = await progress.step("Take the packages", (step) =>
    pinTargets({ product, version }, names.map(findTarget), pins, { cache, step }),
  )
  const { missing, ...parts } = taken
  if (known) {
    const more = withTargets(known, parts)
    await progress.step("Write the pin", () => replacePin(more, out))
    console.log(describe({ ...more, targets: parts.targets }, file, missing))
    return true
  }
  const plugin = await progress.step("Resolve the plugin package", (step) =>
    pinPlugin({ product, version }, { cache, step }),
  )
  const pin: Pin = { version, product, git, ...parts, ...(plugin && { plugin }) }
  await progress.step("Write the pin", () => writePin(pin, out))
  console.log(describe(pin, file, missing))
  return true
})

/** @throws Failure when the pin that is there has them all */
function wantedTargets(asked: string[], known: Pin | undefined): string[] {
  const all = asked.length > 0 ? asked : TARGETS.map(({ name }) => name)
  const names = all.filter((name) => !known?.targets[name])
  if (names.length > 0) return names
  throw new Failure({
    what: `There is nothing to add to the pin ${pinName(known!)}`,
    why: `it has ${all.join(", ")}`,
    next: "name another target: --target NAME",
  })
}

function fullCommit(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text)) return text
  throw new InvalidArgumentError("It must be a full commit, 40 hex digits.")
}

function targetNames(name: string, names: string[]): string[] {
  if (TARGETS.some((target) => target.name === name)) return [...names, name]
  throw new InvalidArgumentError(`Allowed choices are ${TARGETS.map((target) => target.name).join(", ")}.`)
}

/** A release can be built without its commit, so an origin that is out of reach is no reason to stop, unless it was named. */
async function findCommit(
  version: string,
  { git }: Pin,
  { commit, gitUrl }: Options,
  step: Step,
): Promise<Pin["git"]> {
  try {
    return { url: git.url, commit: await resolveRef(gitUrl ?? git.url, commit ?? `v${version}`) }
  } catch (error) {
    if (gitUrl !== undefined || !(error instanceof Failure)) throw error
    step.result(`left out: ${error.report.what}`)
    return { url: git.url }
  }
}

/** The hashes to be compared, what is not in it, and what comes next. */
function describe(pin: Pin, file: string, missing: Missing[]): string {
  const { targets, plugin } = pin
  const packages = Object.values(targets).flatMap(({ opencode, bun, ripgrep }) => [opencode, bun, ripgrep])
  const hashes = new Map(
    [...packages, ...(plugin ? packagesOf(plugin) : [])].map(({ name, version, integrity }) => [
      `${name}@${version}`,
      integrity,
    ]),
  )
  const name = pinName(pin)
  return [
    relative(process.cwd(), file),
    ...[...hashes].map(([spec, integrity]) => `  ${spec}  ${integrity}`),
    ...missing.map(({ target, why }) => `  without ${target}: ${why}`),
    "Compare them with a second registry's: npm view NAME@VERSION dist.integrity",
    `Then: npm run drift -- ${pin.version} && npm run build -- --pin ${name}`,
  ].join("\n")
}
