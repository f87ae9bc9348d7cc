import { isatty } from "node:tty"
import { userConfigFile } from "../../config-files.ts"
import { bunObject } from "../../guard/builtin.ts"
import { print } from "../../print.ts"
import { askServer, type ServersModels } from "./ask-server.ts"
import { addModel, configurationFor, type LocalModel } from "./configuration.ts"
import { isBaseUrl, readSetupOptions, type SetupOptions } from "./options.ts"
import { readIfThere, writeWhole } from "./write-file.ts"

/**
 * Answers `opencode offline setup`, and ends the process: asks for what it is not told, asks the server for its models, and
 * adds one to the user-level configuration. Without a terminal it prints what it would write.
 * @param words those behind `setup`
 */
export function answerSetup(words: readonly string[], env: NodeJS.ProcessEnv): never {
  const options = readSetupOptions(words)
  if (options.help) end(0, HELP)
  if (options.wrong !== undefined) fail(2, options.wrong, `${USAGE}\n`)
  const terminal = isatty(0) && isatty(1)
  if (options.baseUrl === undefined)
    return terminal ? startAgain(words) : fail(2, "--base-url is missing", USAGE)
  const file = userConfigFile(env)
  const local = chooseModel({ ...options, baseUrl: withPath(options.baseUrl) }, terminal, env)
  const added = addModel(read(file), local)
  const addition = JSON.stringify(configurationFor(local), null, 2)
  if ("refused" in added)
    fail(1, `${file} is left as it is: ${added.refused}`, `This would be added to it:\n${addition}`)
  if (!terminal && !options.yes) end(0, `${file} would have this added (--yes writes it):\n${addition}\n`)
  write(file, added.text)
  const kept = added.kept
    ? `It has ${added.kept} already, which is the default; choose with -m ${local.name}/${local.model}.\n`
    : ""
  end(
    0,
    `${file} has the model ${local.name}/${local.model} now.\n${kept}Try it: opencode run --offline -m ${local.name}/${local.model} "say hi"\n`,
  )
}

/** With the URL as a word of the command line, the policy lets it through while it is asked. */
function startAgain(words: readonly string[]): never {
  const url = ask("Base URL of the model's server, such as http://127.0.0.1:11434/v1:", isBaseUrl)
  const { spawnSync } = bunObject() as typeof Bun
  const command = [process.execPath, "offline", "setup", ...words, "--base-url", url]
  const { exitCode } = spawnSync(command, { stdin: "inherit", stdout: "inherit", stderr: "inherit" })
  return process.exit(exitCode)
}

function chooseModel(
  { baseUrl, model, name, keyEnv }: SetupOptions & { baseUrl: string },
  terminal: boolean,
  env: NodeJS.ProcessEnv,
): LocalModel {
  if (keyEnv !== undefined && !env[keyEnv])
    fail(1, `${keyEnv} is not set`, "Set it to the key, and start this again.")
  const found = askServer(baseUrl, keyEnv === undefined ? undefined : env[keyEnv])
  if ("failed" in found) fail(1, `${baseUrl} cannot be used: ${found.failed}`, "Nothing is written.")
  if ("unknown" in found)
    print("error", `! Whether ${baseUrl} has the model is not known: ${found.unknown}\n`)
  const chosen = model ?? onlyOne(found) ?? (terminal ? askForModel(found) : undefined)
  if (chosen === undefined) fail(2, "--model is missing", has(baseUrl, found))
  if ("ids" in found && !found.ids.includes(chosen))
    fail(1, `${baseUrl} has no model "${chosen}"`, has(baseUrl, found))
  return { name, baseUrl, model: chosen, keyEnv }
}

function onlyOne(found: ServersModels): string | undefined {
  return "ids" in found && found.ids.length === 1 ? found.ids[0] : undefined
}

function askForModel(found: ServersModels): string {
  const ids = "ids" in found ? found.ids : []
  if (ids.length > 0) print("out", `Its models:\n${ids.map((id) => `  ${id}\n`).join("")}`)
  return ask("Model:", (text) => ids.length === 0 || ids.includes(text))
}

function has(baseUrl: string, found: ServersModels): string {
  return "ids" in found ? `${baseUrl} has: ${found.ids.join(", ") || "none"}` : USAGE
}

/** Until an answer is accepted; the end of the input ends the process. */
function ask(question: string, accepts: (text: string) => boolean): string {
  for (;;) {
    const answer = prompt(question)
    if (answer === null) fail(1, "Nothing is written", USAGE)
    const text = answer.trim()
    if (text !== "" && accepts(text)) return text
  }
}

/** Servers have their API below /v1; who gives an address alone means that. */
function withPath(baseUrl: string): string {
  return new URL(baseUrl).pathname === "/" ? `${baseUrl.replace(/\/+$/, "")}/v1` : baseUrl.replace(/\/+$/, "")
}

function read(file: string): string | undefined {
  try {
    return readIfThere(file)
  } catch (error) {
    return fail(1, `${file} cannot be read`, (error as Error).message)
  }
}

function write(file: string, text: string): void {
  try {
    writeWhole(file, text)
  } catch (error) {
    fail(1, `${file} cannot be written`, (error as Error).message)
  }
}

const USAGE =
  "Write: opencode offline setup --base-url URL [--model MODEL] [--name NAME] [--key-env VARIABLE] [--yes]"

const HELP = `opencode offline setup

add a model on this machine, or inside your network, to the user-level configuration

Options:
  --base-url URL      where its server is, such as http://127.0.0.1:11434/v1
  --model MODEL       its id there; may be left out where the server has one alone
  --name NAME         the provider's name in the configuration      [default: "local"]
  --key-env VARIABLE  the environment variable that holds the key
  --yes               write without a terminal, too
  -h, --help          show help

The server is asked for its models (/models), through the policy. What is not told is asked for on a terminal. Without
one, what would be written is printed.
`

function fail(code: 1 | 2, what: string, next: string): never {
  return end(code, "", `! ${what}. ${next}\n`)
}

function end(code: number, out: string, error = ""): never {
  print("out", out)
  print("error", error)
  process.exit(code)
}
