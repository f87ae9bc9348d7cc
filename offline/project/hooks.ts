import { ignoresProject } from "../switch.ts"
import { importedFiles, inCommands } from "./find.ts"
import { isKnownPackage } from "./known.ts"
import { sayLeftOut } from "./say.ts"
import { leaveOutCode } from "./settings.ts"
import { isOwnFolder, isTrusted } from "./trust.ts"

/** Where nothing is, and can be: upstream finds no file in it. Windows has no such letters in names. */
const NOWHERE = process.platform === "win32" ? "C:\\<nothing>" : "/dev/null/nothing"

/** Texts of commands of the user's or an administrator's own, as upstream has them. */
const trusted = new Set<string>()

/** Asked by upstream's code, where it reads what a project may have written. Each gives back what it was given unless that is left out. */
export const projectHooks = Object.freeze({
  /**
   * @param value a file of configuration, parsed
   * @param source the file, or where else it comes from, as upstream names it
   */
  settings<T>(value: T, source: string | { source: string }): T {
    if (!ignoresProject()) return value
    const name = typeof source === "string" ? source : source.source
    if (isTrusted(name)) {
      for (const template of templatesOf(value)) trusted.add(template)
      return value
    }
    const { value: kept, leftOut } = leaveOutCode(value, isKnownPackage)
    sayLeftOut(name, [...leftOut, ...inCommands(kept)])
    return kept as T
  },

  /**
   * The folder to look for plugins or tools in.
   * @param pattern of their files, such as `{tool,tools}/*.{js,ts}`
   */
  folder(folder: string, pattern: string): string {
    if (!ignoresProject() || isOwnFolder(folder)) return folder
    const [, kinds = ""] = /^\{(.*?)\}/.exec(pattern) ?? []
    sayLeftOut(folder, importedFiles(folder, kinds.split(",")))
    return NOWHERE
  },

  /** @param commands those of a configuration folder, by name */
  commands<T extends object>(commands: T, folder: string): T {
    if (!ignoresProject()) return commands
    if (isOwnFolder(folder)) for (const template of templatesOf({ command: commands })) trusted.add(template)
    else sayLeftOut(folder, inCommands({ command: commands }))
    return commands
  },

  /** @param parts of a command's text that a shell is to run: none, if the text is not the user's own */
  shell<T>(command: { name?: string; template: unknown }, parts: T[]): T[] {
    if (parts.length === 0 || !ignoresProject()) return parts
    if (typeof command.template === "string" && trusted.has(command.template)) return parts
    sayLeftOut(`command ${command.name}`, ["the shell's part"])
    return []
  },

  /** Options for the parser of front matter, which evaluates a program there (`---js`). */
  frontMatter(): object | undefined {
    return ignoresProject() ? { engines: { javascript: { parse: refuseProgram } } } : undefined
  },
})

function refuseProgram(): never {
  throw new Error("Its front matter is a program, which is not evaluated")
}

function templatesOf(value: unknown): string[] {
  const { command, commands } = (value ?? {}) as Record<
    string,
    Record<string, { template?: unknown }> | undefined
  >
  return Object.values({ ...command, ...commands }).flatMap((item) =>
    typeof item?.template === "string" ? [item.template] : [],
  )
}
