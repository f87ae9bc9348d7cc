import { relative, resolve } from "node:path"
import { Command } from "commander"
import {
  type ModuleGraph,
  putInto,
  readBunVersion,
  readModuleGraph,
  writeExecutable,
} from "../container/index.ts"
import { Failure, leaveParser, runCommand } from "../lib/errors.ts"

const DESCRIPTION = [
  "Puts the modules of an executable into another Bun: one that you built with a JavaScriptCore of your own, as the LGPL",
  "lets you. The Bun must be of the same version, and laid out as its own releases are.",
  "\n\nExit codes: 0 written, 2 not written.",
].join(" ")

await runCommand(async () => {
  const command = new Command("npm run relink --")
    .description(DESCRIPTION)
    .argument("<file>", "the executable: dist/PIN-TARGET/opencode")
    .requiredOption("--bun <file>", "the Bun that its modules are put into")
    .requiredOption("--out <file>", "where the new executable goes; nothing may be there")
    .exitOverride(leaveParser)
    .parse()
  const { bun, out } = command.opts<{ bun: string; out: string }>()
  const graph = readModuleGraph(await read(command.args[0]!))
  const into = await read(bun)
  requireSameVersion(graph, into, bun)
  const { sha256 } = await writeExecutable(resolve(out), putInto(graph, into))
  console.log(`${relative(process.cwd(), resolve(out))}  sha256 ${sha256}`)
  return true
})

/** Where modules stand behind the file, any file would take them. */
function requireSameVersion({ runtime }: ModuleGraph, bun: Uint8Array, file: string): void {
  const own = readBunVersion(runtime)
  const given = readBunVersion({ file: bun, start: bun.length })
  if (own !== undefined && given === own) return
  throw new Failure({
    what: `${file} does not take the modules of this executable`,
    why: `it ${given ? `is Bun ${given}` : "names no version of Bun"}, and they are for Bun ${own ?? "of a version that is not known"}`,
    next: `npm run relink -- … --bun FILE, with a file that is Bun ${own ?? "of that version"}`,
  })
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await Bun.file(resolve(file)).bytes()
  } catch (error) {
    const next = "name a file that is there"
    throw new Failure({ what: `${file} cannot be read`, why: (error as Error).message, next })
  }
}
