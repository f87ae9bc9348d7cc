import { parseUrl } from "../../primordials.ts"
import type { Arguments } from "../arguments.ts"

/** What `opencode offline setup` is told on its command line. */
export interface SetupOptions {
  baseUrl?: string
  model?: string
  /** The provider's name in the configuration. */
  name: string
  /** The environment variable that holds the key. */
  keyEnv?: string
  /** Writes without a terminal, too. */
  yes: boolean
  help: boolean
  /** The first word that is not accepted, and why. */
  wrong?: string
}

const VALUES = {
  "--base-url": "baseUrl",
  "--model": "model",
  "--name": "name",
  "--key-env": "keyEnv",
} as const

/** @param words those behind `offline setup` */
export function readSetupOptions(words: readonly string[]): SetupOptions {
  const options: SetupOptions = { name: "local", yes: false, help: false }
  for (let index = 0; index < words.length; index++) {
    const [, name = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(words[index]!) ?? []
    if (Object.hasOwn(VALUES, name)) {
      const given = value ?? words[++index]
      if (given === undefined || given === "") return { ...options, wrong: `${name} needs a value` }
      options[VALUES[name as keyof typeof VALUES]] = given
    } else if (words[index] === "--yes") options.yes = true
    else if (words[index] === "--help" || words[index] === "-h") options.help = true
    else return { ...options, wrong: `"${words[index]}" is not accepted` }
  }
  return { ...options, wrong: fault(options) }
}

function fault({ baseUrl, name, keyEnv }: SetupOptions): string | undefined {
  if (baseUrl !== undefined && !isBaseUrl(baseUrl))
    return `"${baseUrl}" is no URL such as http://127.0.0.1:11434/v1`
  if (!/^[a-z0-9][\w.-]*$/i.test(name)) return `"${name}" is no name of letters, digits, dots and dashes`
  if (keyEnv !== undefined && !/^[a-z_]\w*$/i.test(keyEnv)) return `"${keyEnv}" is no name of a variable`
  return undefined
}

export function isBaseUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && Boolean(parseUrl(text)?.hostname)
}

/** The base URL that somebody typed: they may have it asked. Undefined for any other command. */
export function typedBaseUrl({ bare: [command, verb], words }: Arguments): string | undefined {
  if (command !== "offline" || verb !== "setup") return undefined
  return readSetupOptions(words.slice(words.indexOf("setup") + 1)).baseUrl
}
