import { namespacePrefix } from "../../isolation/namespace.ts"
import { inTurn } from "../../isolation/turns.ts"
import { Failure } from "../../lib/errors.ts"
import { withTemporaryFolder } from "../../lib/npm/cache.ts"
import { run } from "../../lib/process.ts"
import { type Command, type Help, parseHelp } from "./commands.ts"

/** What the completions and the man page are of. */
export const PROGRAM = "opencode"

/**
 * All commands of an executable, from their own `--help`. It is run in a network that leads nowhere, offline, with a home of
 * its own.
 * @param cache where temporary folders may be
 * @throws Failure when this machine makes no such network, or the executable does not print its help
 */
export async function readCommands(executable: string, cache: string): Promise<Command> {
  const prefix = await namespacePrefix().catch((error) => {
    throw error instanceof Failure ? unreadable(error.report.why) : error
  })
  return withTemporaryFolder(cache, (home) => {
    const ask = (path: string[]) => inTurn(() => askForHelp([...prefix, executable], path, home))
    return readFrom({ path: [], aliases: [], usage: PROGRAM, about: "" }, ask)
  })
}

type Known = Pick<Command, "path" | "aliases" | "usage" | "about">
type Ask = (path: string[]) => Promise<string>

/** A command, and those below it. One without a help of its own is as the one above it says. */
async function readFrom(known: Known, ask: Ask): Promise<Command> {
  const help = parseHelp(PROGRAM, known.path, await ask(known.path))
  if (!help) return { ...known, positionals: [], options: [], commands: [] }
  if (known.path.length === 0) requireCommands(help)
  const commands = help.commands.map(({ name, usage, about, aliases }) =>
    readFrom({ path: [...known.path, name], aliases, usage, about }, ask),
  )
  return { ...known, ...help, about: help.about || known.about, commands: await Promise.all(commands) }
}

function requireCommands({ commands, options }: Help): void {
  if (commands.length > 0 && options.length > 0) return
  throw unreadable("its help lists no commands, or no options")
}

async function askForHelp([file, ...args]: string[], path: string[], home: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(file!, [...args, ...path, "--help"], {
    // What the help prints of the folder that it is asked in is the same everywhere.
    cwd: "/",
    env: { HOME: home, TMPDIR: home, PATH: process.env.PATH, OPENCODE_OFFLINE: "1", LANG: "C.UTF-8" },
    stdin: "ignore",
  })
  // Upstream's prints the help of the program itself on standard error; also with exit code 1, for a command without one.
  if (exitCode === 0 || stderr.includes("\nCommands:\n")) return stdout || stderr
  throw unreadable(`${[PROGRAM, ...path, "--help"].join(" ")} ended with ${exitCode}: ${stderr}`)
}

function unreadable(why: string): Failure {
  return new Failure({
    what: "The completions and the man page cannot be made",
    why,
    next: "npm run kit -- --no-completions leaves them out",
  })
}
