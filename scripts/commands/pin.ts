import { join, relative, resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { resolveTree } from "../contents/packages/resolve-tree.ts"
import { leaveParser, runCommand } from "../lib/errors.ts"
import { Progress } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { packagesOf } from "../lib/npm/locked.ts"
import { listPins, PINS, type Pin, readPin } from "../pins/pin.ts"
import { pinTargets } from "../pins/pin-targets.ts"
import { requireNew, writePin } from "../pins/write-pin.ts"
import { resolveRef } from "../upstream/git/resolve-ref.ts"

const DESCRIPTION = `Writes pins/VERSION.json for a release of upstream's, from what the npm registry says and serves now.

What is no package of the release's or its Bun's, as the web UI and ripgrep, is as in the newest pin. A pin that is there
is never replaced. Nothing of the release is run. Compare the hashes with another registry's before the pin is committed
(docs/pins.md).

Exit codes: 0 written, 2 could not write.`

const TARGETS = ["linux-x64", "linux-x64-baseline", "linux-x64-musl", "linux-x64-baseline-musl"]

interface Options {
  commit?: string
  gitUrl?: string
  target: string[]
  out: string
  cache: string
}

await runCommand(async () => {
  const command = new Command("npm run pin --")
    .description(DESCRIPTION)
    .argument("<version>", "the release, such as 1.3.2", exactVersion)
    .option("--commit <sha>", "upstream's full commit (default: where the tag vVERSION points)", fullCommit)
    .option("--git-url <origin>", "where to ask for that tag (default: as in the newest pin)")
    .addOption(new Option("--target <name...>", "only these targets").choices(TARGETS).default(TARGETS))
    .option("--out <folder>", "where the pin goes", PINS)
    .option("--cache <folder>", "where packages are kept", defaultCache())
    .exitOverride(leaveParser)
    .parse()
  const options = command.opts<Options>()
  const [version] = command.args as [string]
  const file = join(resolve(options.out), `${version}.json`)
  await requireNew(file)
  const progress = new Progress(4)
  const like = await readPin((await listPins())[0]!)
  const commit = await progress.step("Find the commit", () => findCommit(version, like, options))
  const taken = await progress.step("Take the packages", (step) =>
    pinTargets(version, options.target, { cache: resolve(options.cache), step }),
  )
  const { provides } = like.plugin
  const plugin = await progress.step("Resolve the plugin package", () =>
    resolveTree(provides[0]!, version, provides),
  )
  const pin: Pin = { ...like, version, git: { ...like.git, commit }, ...taken, plugin }
  await progress.step("Write the pin", () => writePin(pin, file))
  console.log(describe(pin, file))
  return true
})

function exactVersion(text: string): string {
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(text)) return text
  throw new InvalidArgumentError("It must be an exact version.")
}

function fullCommit(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text)) return text
  throw new InvalidArgumentError("It must be a full commit, 40 hex digits.")
}

function findCommit(version: string, { git }: Pin, { commit, gitUrl }: Options): Promise<string> {
  return resolveRef(gitUrl ?? git.url, commit ?? `v${version}`)
}

/** The hashes to be compared, and what comes next. */
function describe({ version, targets, plugin }: Pin, file: string): string {
  const packages = Object.values(targets).flatMap(({ opencode, bun }) => [opencode, bun])
  const hashes = new Map(
    [...packages, ...packagesOf(plugin)].map(({ name, version, integrity }) => [
      `${name}@${version}`,
      integrity,
    ]),
  )
  return [
    relative(process.cwd(), file),
    ...[...hashes].map(([spec, integrity]) => `  ${spec}  ${integrity}`),
    "Compare them with a second registry's: npm view NAME@VERSION dist.integrity",
    `Then: npm run drift -- ${version} && npm run build -- --pin ${version}`,
  ].join("\n")
}
