import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"

// The table of docs/architecture.md says what each room may import. Here it is held against what the files import.

const ROOT = join(import.meta.dirname, "../..")

/** A relative import of a file, also one of its types alone. */
const IMPORT = /^(?:import|export)\b[^"\n]*(?:\n(?!import|export)[^"\n]*)*? from "(\.{1,2}\/[^"\n]+)"/gm

/** The table's short names. */
const named = (path: string) => path.replace(/^scripts\//, "").replace(/\/.*$/, "")

async function readRooms(): Promise<Map<string, string[] | "all">> {
  const text = await readFile(join(ROOT, "docs/architecture.md"), "utf8")
  const rows = [...text.matchAll(/^\| `([\w./-]+)` \|[^|]*\|[^|]*\| ([^|]*) \|$/gm)]
  return new Map(
    rows
      .filter(([, room]) => !/^(offline|pins|kit|test|vex)\//.test(room!))
      .map(([, room, may]) => [
        room!.replace(/\/$/, ""),
        /^all rooms/.test(may!) ? "all" : [...may!.matchAll(/`([\w/]+)`/g)].map(([, name]) => named(name!)),
      ]),
  )
}

/** The rooms that the files of a room import, by file. */
async function importsOf(room: string): Promise<[file: string, imported: string][]> {
  const glob = room.endsWith(".ts") ? room : `${room}/**/*.ts`
  const files = await Array.fromAsync(new Bun.Glob(glob).scan({ cwd: ROOT }))
  // What pull requests bring is code of upstream's, and imports upstream's.
  const own = files.filter((file) => !file.startsWith("pull-requests/files/"))
  const found = own.map(async (file) => {
    const text = await readFile(join(ROOT, file), "utf8")
    return [...text.matchAll(IMPORT)].map(([, path]): [string, string] => {
      const target = relative(ROOT, join(ROOT, dirname(file), path!))
      return [file, named(target)]
    })
  })
  return (await Promise.all(found)).flat()
}

/** The rooms of the table, with what each may import; rooms within offline/ are one here. */
const rooms = await readRooms()

describe("the rule of the rooms", () => {
  test("has a row for each folder of scripts/", async () => {
    const folders = await Array.fromAsync(new Bun.Glob("scripts/*/").scan({ cwd: ROOT, onlyFiles: false }))
    const sources = folders.filter((folder) => /^scripts\/[a-z]+\/?$/.test(folder))
    for (const folder of sources) expect([...rooms.keys()]).toContain(folder.replace(/\/$/, ""))
    expect(rooms.size).toBeGreaterThan(15)
  })

  test.each([...rooms].filter(([, may]) => may !== "all"))("%s imports what it may", async (room, may) => {
    const imports = await importsOf(room)
    const wrong = imports.filter(([, to]) => to !== named(room) && !(may as string[]).includes(to))
    expect(wrong).toEqual([])
  })
})
