import { readFileSync } from "node:fs"
import { SettingError } from "../error.ts"
import { moduleNames } from "../modules.ts"

/** Pages for who works with OpenCode offline, by topic. */
export type HelpPages = Record<string, string>

/** @throws SettingError when this executable is damaged */
export function readHelp(file = moduleNames().help): HelpPages {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    throw new SettingError("The help inside this executable cannot be read", "Install the executable again.")
  }
}

/**
 * A page.
 * @param topic undefined for the list of topics
 * @returns what to print; undefined for a topic that is not there
 */
export function helpFor(topic: string | undefined, pages = readHelp()): string | undefined {
  if (topic === undefined) return `Topics of \`opencode offline help TOPIC\`:\n${listTopics(pages)}`
  return Object.hasOwn(pages, topic) ? pages[topic] : undefined
}

/** A line a topic, from the first line of each page. */
function listTopics(pages: HelpPages): string {
  const width = Math.max(...Object.keys(pages).map((topic) => topic.length))
  return Object.entries(pages)
    .map(
      ([topic, text]) =>
        `  ${topic.padEnd(width)}  ${text.slice(text.indexOf(": ") + 2, text.indexOf("\n"))}\n`,
    )
    .join("")
}
