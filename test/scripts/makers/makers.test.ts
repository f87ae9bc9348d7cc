import { expect, test } from "bun:test"
import { versionOf } from "../../../scripts/makers/identity.ts"
import { MAKERS } from "../../../scripts/makers/makers.ts"
import { promisedFiles } from "../../../scripts/release/names.ts"
import { sampleRecord } from "../../lib/subject.ts"

const made = (target: string, kit: boolean) =>
  MAKERS.filter((maker) => maker.fits({ ...sampleRecord, target }, kit)).map(({ name }) => name)

test("packages are made for glibc where there is a kit, and images for every Linux", () => {
  expect(made(sampleRecord.target, true)).toEqual(["deb", "rpm", "image"])
  expect(made(`${sampleRecord.target}-baseline`, true)).toEqual(["deb", "rpm", "image"])
  expect(made(sampleRecord.target, false)).toEqual(["image"])
  expect(made("linux-arm64-musl", true)).toEqual(["image"])
  expect(made("linux-arm64", false)).toEqual(["image"])
  expect(made("windows-x64", false)).toEqual([])
})

test("a release promises each of them, with its signature", () => {
  const promised = promisedFiles(sampleRecord, { signed: true, kit: true })
  expect(MAKERS.map((maker) => maker.file(sampleRecord))).toEqual([
    "opencode-offline_1.2.3+offline.0.1.0-opt.in_amd64.deb",
    "opencode-offline-1.2.3+offline.0.1.0-opt.in.x86_64.rpm",
    `opencode-offline-1.2.3-0.1.0-${sampleRecord.target}-opt-in.oci.tar`,
  ])
  for (const maker of MAKERS) {
    const file = maker.file(sampleRecord)
    expect(promised).toContain(file)
    expect(promised).toContain(`${file}.sig`)
  }
})

test("a package's version has no hyphen, and a preview is older than what it is a preview of", () => {
  expect(versionOf({ ...sampleRecord, opencode: "2.0.0-beta.1", source: "git" })).toEqual({
    version: "2.0.0~beta.1+offline.0.1.0",
    release: "git.opt.in",
  })
})
