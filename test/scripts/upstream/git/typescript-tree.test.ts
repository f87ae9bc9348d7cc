import { describe, expect, test } from "bun:test"
import { readSeries } from "../../../../scripts/patching/read-series.ts"
import { applyToGitTree } from "../../../../scripts/upstream/git/typescript-tree.ts"

const series = await readSeries()

/** Applies one patch of the series to one file, without its edits of other files. */
function patched(name: string, file: string, text: string): string {
  const patch = series.find((candidate) => candidate.name === name)!
  const edits = patch.edits.filter((edit) => edit.file === file)
  const { changes, refused } = applyToGitTree({ name: "git", units: [{ file, text }] }, [{ ...patch, edits }])
  if (refused.length > 0) throw refused[0]!.why
  return changes[0]!.changed[0]!.text
}

const ERRORS = "src/cli/error.ts"
const LOG = "src/util/log.ts"
const ENTRY = "src/index.ts"

describe("a patch on the git source", () => {
  test("is reached by an import behind the file's own, and has no semicolons", () => {
    const source =
      'import a from "a"\nimport b from "../../b"\n\nexport function FormatError(input: unknown) {\n  a(b)\n}\n'
    expect(patched("error-show-offline", ERRORS, source)).toBe(
      'import a from "a"\nimport b from "../../b"\nimport { Offline } from "@/offline"\n\n' +
        "export function FormatError(input: unknown) {\n" +
        "  if (Offline.refusalText(input)) return Offline.refusalText(input)\n  a(b)\n}\n",
    )
  })

  test("gives a file without imports its first one", () => {
    const text = patched("error-show-offline", ERRORS, "export function FormatError(e: unknown) {\n  e\n}\n")
    expect(text.startsWith('import { Offline } from "@/offline"\n\nexport function')).toBe(true)
  })

  test("applies to other formatting, other names, and in a namespace or flat", () => {
    const shapes = {
      namespace: "export namespace E {\n  export function FormatError(thrown: unknown) {\n    go()\n  }\n}\n",
      tabs: "export async function FormatError(\n\tthrown: unknown,\n): Promise<string> {\n\tgo();\n}\n",
      moved: "const x = 1\nfunction other() { x }\nexport function FormatError(thrown: any) { go() }\n",
    }
    for (const [shape, source] of Object.entries(shapes)) {
      expect(patched("error-show-offline", ERRORS, source), shape).toContain(
        "if (Offline.refusalText(thrown)) return Offline.refusalText(thrown)",
      )
    }
  })

  test("finds the logger's initialiser with and without semicolons", () => {
    for (const end of ["", ";"]) {
      const source = `export namespace Log {\n  let write = (m: any) => m${end}\n  export function create(tags?: any) {\n    return tags${end}\n  }\n  export async function init(o: Options) {\n    if (o.print) return${end}\n    write = async (msg: any) => {\n      msg\n    }${end}\n  }\n}\n`
      const text = patched("log-denials", LOG, source)
      expect(text).toContain("if (o.print) return Offline.logDenials(create)")
      expect(text).toContain(`\n    }${end}\n    Offline.logDenials(create)\n  }`)
    }
  })

  test("adds to a chain as it is written: in lines, or in one", () => {
    const lines =
      'const cli = yargs()\n  .option("print-logs", {\n    type: "boolean",\n  })\n  .completion("completion", "print")\n  .parse()\n'
    expect(patched("cli-offline-option", ENTRY, lines)).toContain(
      '  })\n  .option("offline", Offline.option)\n  .completion("completion", "print")\n  .command(Offline.command)\n  .parse()\n',
    )
    const one =
      'yargs().option("print-logs", {\n  type: "boolean",\n}).completion("completion", "").parse()\n'
    expect(patched("cli-offline-option", ENTRY, one)).toContain(
      '}).option("offline", Offline.option).completion("completion", "").command(Offline.command).parse()\n',
    )
  })

  test("leaves no import behind that only the replaced code used", () => {
    const source =
      'import { Hono } from "hono"\nimport { proxy } from "hono/proxy"\nimport { Instance } from "../../i"\n\n' +
      "export const app = new Hono()\n" +
      '  .get("/a", (c) => c.json(1))\n' +
      "  .use((c, next) => Instance.provide({ fn: next }))\n" +
      '  .all("/*", (c) => proxy(c.req.path))\n'
    expect(patched("server-serve-web-ui", "src/server/server.ts", source)).toBe(
      'import { Hono } from "hono"\nimport { Instance } from "../../i"\nimport { Offline } from "@/offline"\n\n' +
        "export const app = new Hono()\n" +
        '  .get("/a", (c) => c.json(1))\n' +
        "  .use(Offline.webUi.middleware)\n" +
        "  .use((c, next) => Instance.provide({ fn: next }))\n" +
        '  .all("/*", Offline.webUi.notFound)\n',
    )
  })

  test("is refused when its place is missing, or is there twice", () => {
    for (const source of [
      "export function Format(e: unknown) {\n  e\n}\n",
      "function FormatError(e: any) { e }\nnamespace B { export function FormatError(e: any) { e } }\n",
    ]) {
      expect(() => patched("error-show-offline", ERRORS, source)).toThrow(/states 1 place and found (0|2)/)
    }
  })

  test("is refused when the file has another Offline", () => {
    const source =
      'import { Offline } from "../mine"\nexport function FormatError(e: any) {\n  Offline(e)\n}\n'
    expect(() => patched("error-show-offline", ERRORS, source)).toThrow("has a name Offline of its own")
  })
})
