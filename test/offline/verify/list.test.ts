import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findChanges, readSums, type Sum } from "../../../offline/verify/list.ts"
import { findList, placeOf } from "../../../offline/verify/places.ts"

const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "list-"))
  await mkdir(join(folder, "lib/opencode-kit"), { recursive: true })
  await mkdir(join(folder, "bin"))
  await writeFile(join(folder, "bin/opencode"), "program")
  await writeFile(join(folder, "lib/opencode-kit/a b"), "file")
})
afterAll(() => rm(folder, { recursive: true }))

const sums: Sum[] = [
  { sha256: sha256("program"), file: "bin/opencode" },
  { sha256: sha256("file"), file: "lib/opencode-kit/a b" },
]

describe("a list of sums", () => {
  test("is read as sha256sum writes it", () => {
    expect(readSums(sums.map(({ sha256, file }) => `${sha256}  ${file}\n`).join(""))).toEqual(sums)
  })

  test.each([
    "",
    "text",
    `${"0".repeat(63)}  a`,
    `${"0".repeat(64)}  /etc/passwd`,
    `${"0".repeat(64)}  a/../../b`,
  ])("is none when it has the line %p", (line) => {
    expect(readSums(line)).toHaveProperty("wrong")
  })
})

describe("files that are compared with a list", () => {
  const compare = () => findChanges(sums, folder, "lib/opencode-kit")

  test("are as it says", () => {
    expect(compare()).toEqual([])
  })

  test.each([
    ["changed", () => writeFile(join(folder, "bin/opencode"), "other"), /bin\/opencode was changed/],
    ["gone", () => rm(join(folder, "bin/opencode")), /bin\/opencode is not there/],
    [
      "a link to the same bytes",
      async () => {
        await writeFile(join(folder, "elsewhere"), "program")
        await rm(join(folder, "bin/opencode"))
        await symlink("../elsewhere", join(folder, "bin/opencode"))
      },
      /no regular file/,
    ],
  ])("are found out when one is %s", async (_, change, finding) => {
    await change()
    expect(compare().join("\n")).toMatch(finding)
    await rm(join(folder, "bin/opencode"), { force: true })
    await writeFile(join(folder, "bin/opencode"), "program")
    expect(compare()).toEqual([])
  })

  test("are found out when one more lies in the kit, and not when it lies elsewhere in the prefix", async () => {
    await writeFile(join(folder, "bin/other"), "")
    expect(compare()).toEqual([])
    await writeFile(join(folder, "lib/opencode-kit/more"), "")
    expect(compare()).toEqual(["lib/opencode-kit/more is there, but not in the list"])
    await rm(join(folder, "lib/opencode-kit/more"))
  })
})

test("a release may have the signatures of its list and its archive, and nothing of a kit's", async () => {
  const release = join(folder, "release")
  await mkdir(join(release, "patches"), { recursive: true })
  const names = ["kit.tar.gz", "kit.tar.gz.sig", "SHA256SUMS", "SHA256SUMS.sig", "sbom.spdx.json.sig"]
  const wrong = ["installed", "other.tar.gz.sig", "patches/SHA256SUMS", "patches/kit.tar.gz.sig"]
  for (const name of [...names, ...wrong]) await writeFile(join(release, name), "")
  expect(findChanges([{ sha256: sha256(""), file: "kit.tar.gz" }], release, ".")).toEqual(
    wrong.map((name) => `${name} is there, but not in the list`),
  )
})

describe("where a list stands", () => {
  test("says what its paths begin in: the prefix of a kit, the folder of a release", () => {
    expect(placeOf("/opt/x/lib/opencode-kit/SHA256SUMS")).toMatchObject({
      base: "/opt/x",
      whole: "lib/opencode-kit",
    })
    expect(placeOf("/home/a/dist/SHA256SUMS")).toMatchObject({ base: "/home/a/dist", whole: "." })
  })

  test("is beside the executable, or in its kit, which comes first", async () => {
    const executable = join(folder, "bin/opencode")
    expect(findList(executable)).toBeUndefined()
    await writeFile(join(folder, "bin/SHA256SUMS"), "")
    expect(findList(executable)).toBe(join(folder, "bin/SHA256SUMS"))
    await writeFile(join(folder, "lib/opencode-kit/SHA256SUMS"), "")
    expect(findList(executable)).toBe(join(folder, "lib/opencode-kit/SHA256SUMS"))
  })
})
