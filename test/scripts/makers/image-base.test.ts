import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type Entry, inOrder } from "../../../scripts/formats/entry.ts"
import { Layout, TYPES } from "../../../scripts/formats/oci.ts"
import { writeTar } from "../../../scripts/formats/tar.ts"
import { readBase } from "../../../scripts/makers/image-base.ts"

const platform = { os: "linux", architecture: "amd64" }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "image-base-"))
})
afterEach(() => rm(folder, { recursive: true }))

/** A layout of one image, whose layer holds the text; within an index when it says so. */
function layoutOf({ architecture = "amd64", nested = false } = {}): Entry[] {
  const layout = new Layout()
  const config = {
    os: "linux",
    architecture,
    config: { Env: ["A=b=c"] },
    rootfs: { type: "layers", diff_ids: ["sha256:1"] },
  }
  const manifest = layout.addJson(TYPES.manifest, {
    config: layout.addJson(TYPES.config, config),
    layers: [layout.add(TYPES.layer, Buffer.from("a layer"))],
  })
  const index = layout.addJson(TYPES.index, {
    manifests: [
      { ...manifest, platform: { os: "linux", architecture: "riscv64" } },
      { ...manifest, platform },
    ],
  })
  return layout.entries(nested ? index : manifest, "base")
}

async function write(entries: Entry[], at = folder): Promise<string> {
  for (const entry of entries) {
    if (!("data" in entry)) continue
    await mkdir(dirname(join(at, entry.path)), { recursive: true })
    await writeFile(join(at, entry.path), entry.data)
  }
  return at
}

const read = (path: string) => readBase(path, { platform, layout: new Layout(), seconds: 0 })

describe("the base of an image", () => {
  test.each([false, true])(
    "is read from a layout's folder; the image within an index: %p",
    async (nested) => {
      const base = await read(await write(layoutOf({ nested })))
      expect(base).toMatchObject({ diffs: ["sha256:1"], environment: { A: "b=c" }, layers: [{ size: 7 }] })
      expect(base.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    },
  )

  test("is the same read from a tar", async () => {
    const file = join(folder, "base.tar")
    await writeFile(file, Buffer.concat([...writeTar(inOrder(layoutOf()), 0)]))
    expect(await read(file)).toEqual(await read(await write(layoutOf(), join(folder, "unpacked"))))
  })

  test("is a layer made of a root folder, the same each time", async () => {
    await mkdir(join(folder, "lib"))
    await writeFile(join(folder, "lib/libc.so.6"), "a library")
    await symlink("lib", join(folder, "lib64"))
    const base = await read(folder)
    expect(base).toMatchObject({ layers: [{ mediaType: TYPES.layer }], digest: base.diffs[0] })
    expect(await read(folder)).toEqual(base)
  })

  test("is none for another processor, or with a file that is not what its hash says", async () => {
    await expect(
      read(await write(layoutOf({ architecture: "arm64" }), join(folder, "other"))),
    ).rejects.toThrow("it is for linux/arm64, not for linux/amd64")
    const changed = layoutOf().map((entry) =>
      "data" in entry && entry.data.length === 7 ? { ...entry, data: Buffer.from("another") } : entry,
    )
    await expect(read(await write(changed, join(folder, "changed")))).rejects.toThrow(
      "or that is another file",
    )
  })

  test("is none when it is no layout and no root", async () => {
    await writeFile(join(folder, "text"), "no tar".repeat(200))
    await expect(read(join(folder, "text"))).rejects.toThrow("it is no tar")
    await expect(read(join(folder, "absent"))).rejects.toThrow("An image cannot be put on")
    await mkdir(join(folder, "empty"))
    await expect(read(join(folder, "empty"))).rejects.toThrow("it is empty")
  })
})
