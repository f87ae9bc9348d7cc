import { relative, resolve } from "node:path"
import { Command } from "commander"
import { putInto, readModuleGraph, writeExecutable } from "../container/index.ts"
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
  const { sha256 } = await writeExecutable(resolve(out), putInto(graph, await read(bun)))
  console.log(`${relative(process.cwd(), resolve(out))}  sha256 ${sha256}`)
  return true
})

async function read(file: string): Promise<Uint8Array> {
  try {
    return await Bun.file(resolve(file)).bytes()
  } catch (error) {
    const next = "name a file that is there"
    throw new Failure({ what: `${file} cannot be read`, why: (error as Error).message, next })
  }
}
