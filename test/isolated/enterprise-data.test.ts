import { expect, test } from "bun:test"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import type { Turn } from "../../scripts/harness/provider.ts"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { enter } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"
import { readPage } from "../lib/page.ts"
import { isReadable } from "../lib/stock.ts"

// docs/enterprise/data.md: every file that a run leaves is in its table.

const page = await readPage("enterprise/data.md")
const rows = page.table("A test holds it against").map(([path]) => path!.replaceAll("`", ""))

/** A pattern of the table, by the names that the files of a run have here. */
function pattern(row: string): Bun.Glob {
  return new Bun.Glob(row.replace("~", "home").replace("$TMPDIR", "tmp"))
}

/** What was left and is in no row, and the rows that something was left for. */
function held(files: string[]) {
  const left = files.filter((file) => !rows.some((row) => pattern(row).match(file)))
  return { left, rows: rows.filter((row) => files.some((file) => pattern(row).match(file))) }
}

const LONG = "i=0; while [ $i -lt 9000 ]; do echo line-$i; i=$((i+1)); done"

/** A model whose tools print more than it is given, search, and change a file. */
const turns: Turn[] = [
  { tool: "bash", input: { command: LONG, description: "Print" } },
  { tool: "grep", input: { pattern: "hello" } },
  { tool: "write", input: { filePath: "new.txt", content: "new\n" } },
  { text: "All done." },
]

const setup = { provider: turns, env: { OPENCODE_OFFLINE: "1" } }

test("what a question leaves in the home and in TMPDIR is in the page's table, and in the project there is nothing else", async () => {
  const find = `"${Bun.which("find")}" . ! -type d`
  const { stdout } = await runIsolated({
    ...setup,
    executable: Bun.which("bash")!,
    args: [
      "-c",
      `git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first
      "$0" run "say hi" >&2
      ${Bun.which("grep")} -qr "say hi" "$HOME/.local/share/opencode/log" && echo the log has the prompt
      for part in home tmp project; do (cd ../$part && ${find} -printf "$part/%P\\n"); done`,
      builtExecutable(),
    ],
  })
  // As the page says of the two.
  expect(stdout.includes("the log has the prompt\n")).toBe(isReadable)
  const files = stdout.replace("the log has the prompt\n", "").trim().split("\n")
  const [own, project] = [false, true].map((is) => files.filter((file) => file.startsWith("project/") === is))
  expect(project!.filter((file) => !file.startsWith("project/.git/"))).toEqual(["project/new.txt"])
  const { left, rows } = held(own!)
  expect(left).toEqual([])
  for (const part of ["opencode.db", "snapshot", "tool-output", "/log/"])
    expect(rows.join("\n")).toContain(part)
})

test("so is what the TUI leaves, which keeps the prompts", async () => {
  let tmp: string[] = []
  const { files } = await runIsolated({
    ...setup,
    provider: turns.slice(-1),
    executable: builtExecutable(),
    pty: true,
    async during(context) {
      await context.waitFor("Ask anything")
      await context.waitFor("Mock Model")
      await enter(context, "say hi", "All done.")
      const entries = await readdir(context.folder.tmp, { recursive: true, withFileTypes: true })
      tmp = entries
        .filter((entry) => !entry.isDirectory())
        .map(({ parentPath, name }) => join(parentPath, name).slice(context.folder.root.length + 1))
    },
  })
  const own = [...files.filter((file) => file.startsWith("home/")), ...tmp]
  expect(held(own).left).toEqual([])
  expect(own).toContainEqual(expect.stringMatching(/^home\/\.local\/state\/.*prompt-history\.jsonl$/))
})
