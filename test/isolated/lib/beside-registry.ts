import { makePackage, startRegistry } from "../../lib/registry.ts"

/** A command, and the registry that runs beside it, as the JSON argument of this script. */
export interface BesideRegistry {
  executable: string
  args: string[]
  /** Where the registry is, by a name of the namespace. */
  registry: string
  /** The one package that it has: its name, and the text of its only module. */
  name: string
  code: string
}

/** Runs inside a namespace: a registry that serves one package, and a command beside it, to its end. */
async function runBeside({ executable, args, registry, name, code }: BesideRegistry): Promise<number> {
  const made = await makePackage(name, Buffer.from(code), "index.js")
  const served = await startRegistry([made], { known: new URL(registry) })
  const child = Bun.spawn([executable, ...args], { stdio: ["ignore", "inherit", "inherit"] })
  const exitCode = await child.exited
  console.log(JSON.stringify(served.requests))
  return exitCode
}

if (import.meta.main) process.exit(await runBeside(JSON.parse(process.argv[2]!)))
