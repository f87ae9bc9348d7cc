import { expect, test } from "bun:test"
import { readdir } from "node:fs/promises"
import { join } from "node:path"

const FOLDER = join(import.meta.dirname, "../../docs/pictures")
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47]

test("the pictures that npm run pictures takes are there", async () => {
  const code = await Bun.file(join(FOLDER, "../../scripts/commands/pictures.ts")).text()
  const names = [...code.matchAll(/file\("([\w-]+)"\)/g)].map(([, name]) => `${name}.png`)
  expect(names.length).toBeGreaterThan(2)
  expect(await readdir(FOLDER)).toEqual(expect.arrayContaining(names))
})

test("each is a PNG of less than 200 kB, as wide as a page", async () => {
  for (const name of await readdir(FOLDER)) {
    const bytes = new Uint8Array(await Bun.file(join(FOLDER, name)).arrayBuffer())
    expect([name, ...bytes.subarray(0, 4)]).toEqual([name, ...SIGNATURE])
    expect(bytes.length).toBeLessThanOrEqual(200_000)
    expect(new DataView(bytes.buffer).getUint32(16)).toBeGreaterThan(600)
  }
})
