import { expect, test } from "bun:test"
import {
  addModule,
  type ModuleGraph,
  readModuleGraph,
  replaceModule,
} from "../../../scripts/container/index.ts"
import type { BuildRecord } from "../../../scripts/record/build-record.ts"
import { findMadeOtherwise } from "../../../scripts/record/made-again.ts"
import { makeBuildRecord } from "../../lib/build-record.ts"
import { sampleExecutable, sampleModule } from "../../lib/sample-executable.ts"

const MAIN = "/$bunfs/root/main.js"
const stock = readModuleGraph(sampleExecutable({ layout: "appended" }).file)
const own = addModule(stock, sampleModule({ name: "own", contents: Buffer.from("own") }))
const again = { graph: own, record: makeBuildRecord(stock, own) }
const { sha256 } = again.record.executable

const find = (change: { graph?: ModuleGraph; record?: BuildRecord; sha256?: string }) =>
  findMadeOtherwise({ ...again, sha256, ...change }, again)

test("there is nothing to find in what is the same", () => {
  expect(find({})).toEqual([])
})

test("finds a module that is changed, added or missing, and other stored arguments", () => {
  const changed = replaceModule(own, MAIN, Buffer.from("// @bun\nelse\n"))
  expect(find({ graph: changed, sha256: "0" })).toEqual([`${MAIN} is not what this checkout makes`])
  const more = addModule(own, sampleModule({ name: "more", contents: Buffer.from("more") }))
  expect(find({ graph: more, sha256: "0" })).toEqual([
    "more is in the file, but this checkout does not make it",
  ])
  expect(find({ graph: stock, sha256: "0" })).toEqual(["own is not in the file, but this checkout makes it"])
  expect(find({ graph: { ...own, argv: "--preload=x" }, sha256: "0" })).toEqual([
    "the stored arguments are not what this checkout makes: --preload=x",
  ])
})

test("finds a file that differs in no module", () => {
  expect(find({ sha256: "0" })).toEqual([
    "the file is not what this checkout makes, in something that is in no module",
  ])
})

test("finds each part of the record that is another, with the names in it that differ", () => {
  const said = (change: Partial<BuildRecord>) => find({ record: { ...again.record, ...change } })
  const input = { name: "patches/one.ts", bytes: 1, sha256: "0" }
  expect(said({ inputs: [input] })).toEqual([
    "build.json's inputs is not what this checkout writes: patches/one.ts",
  ])
  expect(said({ tools: { bun: "0" } })).toEqual(["build.json's tools is not what this checkout writes: bun"])
  expect(said({ npm: [{ package: "a", version: "1.0.0", integrity: "" }] })).toEqual([
    "build.json's npm is not what this checkout writes",
  ])
  expect(said({ webUi: undefined })).toEqual(["build.json's webUi is not what this checkout writes"])
})

test("leaves out what no checkout can say again: the commit, and what an organisation's files are called", () => {
  const repository = { commit: "0".repeat(40), clean: false }
  const inputs = [{ name: "--policy mine.json", bytes: 1, sha256: "0" }]
  expect(find({ record: { ...again.record, repository, inputs } })).toEqual([])
})

test("leaves out what a signer with a certificate changes of the file, and no other signature", () => {
  const signed = (built: "certificate" | "none"): BuildRecord => ({
    ...again.record,
    executable: { ...again.record.executable, bytes: 1, sha256: "0" },
    signature: { stock: "certificate", built },
  })
  expect(find({ record: signed("certificate") })).toEqual([])
  expect(find({ record: signed("certificate"), sha256: "0" })).toEqual([
    "the file is not what this checkout makes, in something that is in no module",
  ])
  expect(find({ record: signed("none") })).toEqual([
    "build.json's executable is not what this checkout writes: bytes, sha256",
    "build.json's signature is not what this checkout writes",
  ])
})
