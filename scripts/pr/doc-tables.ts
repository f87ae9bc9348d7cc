import { readFile } from "node:fs/promises"
import { z } from "zod"
import { replaceTable } from "../lib/made-table.ts"
import { finderRows } from "./finder-table.ts"
import type { NamedPullRequest } from "./pull-request.ts"

const ROOT = new URL("../../", import.meta.url)

/** The page that has the tables, and the commands that its marks name. */
export const PAGE = new URL("docs/upstream.md", ROOT)
const MAKE = "npm run pr -- --write-docs"
const COMMANDS = {
  made: MAKE,
  asked: `${MAKE}, from docs/data`,
  counted: `${MAKE}, from docs/data/upstream-finders.json`,
}

/** What upstream's users ask for, as somebody looked it up. */
const Requests = z.strictObject({
  lookedUp: z.iso.date(),
  requests: z.array(
    z.strictObject({
      number: z.int().positive(),
      kind: z.enum(["issue", "pull request"]),
      state: z.enum(["open", "closed", "merged"]),
      asks: z.string().min(10),
      here: z.string().min(8),
      pullRequest: z.string().optional(),
    }),
  ),
})

/**
 * The page's text with its tables made anew: of the pull requests, of upstream's requests, and of upstream's files that were read.
 * @throws when the data are of another form, or name a pull request that is not there
 */
export async function makePage(requests: NamedPullRequest[]): Promise<string> {
  const text = await readFile(PAGE, "utf8")
  const asked = Requests.parse(
    JSON.parse(await readFile(new URL("docs/data/upstream-requests.json", ROOT), "utf8")),
  )
  const unknown = asked.requests.find(
    ({ pullRequest }) => pullRequest !== undefined && !requests.some(({ name }) => name === pullRequest),
  )
  if (unknown)
    throw new Error(`#${unknown.number} names a pull request that is not there: ${unknown.pullRequest}`)
  const { heads, rows } = await finderRows(requests)
  const tables = [
    [COMMANDS.made, tellMade(requests)],
    [COMMANDS.asked, tellAsked(asked)],
    [COMMANDS.counted, table(heads, rows)],
  ] as const
  return tables.reduce((page, [command, made]) => replaceTable(page, command, made), text)
}

function tellMade(requests: NamedPullRequest[]): string {
  const rows = requests.map((request) => {
    const { name, subject, closes, related, forms, repository, instead, in2x } = request
    const issues = [...closes.map((number) => `closes #${number}`), ...related.map((number) => `#${number}`)]
    const on = repository
      ? `[${new URL(repository.url).pathname.slice(1)}](${repository.url})`
      : [forms.namespaces ? "1.3" : "", forms.effect ? "newest 1.x" : ""].filter(Boolean).join(", ")
    const patches = instead.map((one) => `\`${one}\``).join(", ")
    return [`\`${name}\``, subject, on, issues.join(", ") || "none known", patches, in2x]
  })
  return table(["name", "title", "for", "issues", "patches it spares", "in 2.x"], rows)
}

function tellAsked({ lookedUp, requests }: z.infer<typeof Requests>): string {
  const rows = requests.map(({ number, kind, state, asks, here, pullRequest }) => [
    `#${number}${kind === "issue" ? "" : " (pull request)"}`,
    state,
    asks,
    here,
    pullRequest ? `\`${pullRequest}\`` : "",
  ])
  return `Looked up on ${lookedUp}.\n\n${table(["request", "state", "asks for", "here", "to upstream"], rows)}`
}

function table(heads: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n")
}
