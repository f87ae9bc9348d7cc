import { rename, writeFile } from "node:fs/promises"
import { resolve } from "node:path"
import { Command } from "commander"
import { embedPackages } from "../contents/packages.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"
import { formatBytes, Progress } from "../lib/log.ts"
import { defaultCache } from "../lib/npm/cache.ts"
import { type LockedTree, packageName, packagesOf, version } from "../lib/npm/locked.ts"
import { resolveTree } from "../lib/npm/resolve-tree.ts"
import { printJson } from "../lib/print-json.ts"
import { EXTRA, type Extra, readExtra } from "../pins/extra.ts"

const DESCRIPTION = `Writes a plugin or provider package and all that it needs into pins/extra.json, by hash, so that
"npm run build -- --with PACKAGE@VERSION" can put it inside. What is there already stays as it is.

Exit codes: 0 it is pinned, 2 it could not be pinned.`

await runCommand(async () => {
  const command = new Command("npm run pin-extra --")
    .description(DESCRIPTION)
    .argument("<package@version>", "an exact version: opencode-skills@0.1.7")
    .option("--cache <folder>", "where packages are kept between builds", defaultCache())
    .exitOverride(leaveParser)
    .parse()
  const [name, wanted] = readSpec(command.args[0]!)
  const spec = `${name}@${wanted}`
  const extra = await readExtra()
  if (extra[spec]) {
    console.log(`${spec} is in pins/extra.json already; to have it resolved anew, remove it there first`)
    return true
  }
  const progress = new Progress(2)
  const tree = await progress.step("Resolve", () => resolveTree(name, wanted))
  requireKnownHashes(tree, extra)
  const embedded = await progress.step("Bundle", (step) =>
    embedPackages([tree], { cache: resolve(command.opts().cache), onProgress: step.update }),
  )
  await write({ ...extra, [spec]: tree })
  const { packages, module } = embedded.packages[0]!
  console.log(
    `${spec} is in pins/extra.json. Inside it takes ${formatBytes(module.bytes.length)}, with code of`,
  )
  for (const { name, version, license } of packages) console.log(`  ${name}@${version}  ${license}`)
  console.log(`Look at the change, commit it, and build: npm run build -- --with ${spec}`)
  return true
})

function readSpec(spec: string): [name: string, version: string] {
  const at = spec.lastIndexOf("@")
  const parts: [string, string] = [spec.slice(0, at), spec.slice(at + 1)]
  if (at > 0 && packageName.safeParse(parts[0]).success && version.safeParse(parts[1]).success) return parts
  throw new Failure({
    what: `${spec} does not name one version of a package`,
    why: "a pin is of exact contents, which a tag or a range is not",
    next: `npm view ${at > 0 ? parts[0] : spec} version, then npm run pin-extra -- PACKAGE@VERSION`,
  })
}

/** A version has one content for ever: another hash than the one that is pinned is for a person to look at. */
function requireKnownHashes(tree: LockedTree, extra: Extra): void {
  const known = new Map(
    Object.values(extra).flatMap((other) =>
      packagesOf(other).map(({ name, version, integrity }) => [`${name}@${version}`, integrity]),
    ),
  )
  for (const { name, version, integrity } of packagesOf(tree)) {
    const spec = `${name}@${version}`
    const pinned = known.get(spec) ?? integrity
    if (pinned === integrity) continue
    throw new Failure({
      what: `The hash of ${spec} differs from the one in pins/extra.json`,
      why: `\n    pinned: ${pinned}\n    found:  ${integrity}`,
      next: `do not pin it: tell whoever runs that registry; see what another one has: npm view ${spec} dist.integrity`,
    })
  }
}

async function write(extra: Extra): Promise<void> {
  const sorted = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1))
  const beside = `${EXTRA}.${process.pid}`
  await writeFile(beside, printJson(Object.fromEntries(sorted)))
  await rename(beside, EXTRA)
}
