import { expect, test } from "bun:test"
import { zstdCompressSync } from "node:zlib"
import { carriedFiles } from "../../../scripts/kit/carried-files.ts"
import { sampleExecutable, sampleModule, sampleModules } from "../../lib/sample-executable.ts"

const library = Buffer.from("a library")
const program = Buffer.from("a program")
const module = "/$bunfs/root/offline-asset-rg.zst"
const sha256 = new Bun.CryptoHasher("sha256").update(program).digest("hex")
const { file } = sampleExecutable({
  layout: "elf-section",
  modules: [
    ...sampleModules(),
    sampleModule({ name: "/$bunfs/root/libdraw-1a2b.so", contents: library, loader: 5 }),
    sampleModule({ name: module, contents: zstdCompressSync(program), loader: 5 }),
  ],
})

const asset = { name: "rg", part: "ripgrep" as const, bytes: program.length, sha256, module, storedBytes: 1 }

const ofUpstream = { name: "libdraw-1a2b.so", data: library }

test("programs and native libraries that are inside an executable are taken out as they were put in", () => {
  const grammar = { ...asset, part: "grammars" as const, name: "grammar-a.wasm" }
  expect(carriedFiles(file, { assets: [grammar, asset] })).toEqual([
    { name: "rg", data: program },
    ofUpstream,
  ])
  expect(carriedFiles(file, { assets: [] })).toEqual([ofUpstream])
})

test("no program is when it is another one than the record says, or not inside", () => {
  const wrong = { ...asset, sha256: sha256.replace(/^./, (first) => (first === "0" ? "1" : "0")) }
  expect(() => carriedFiles(file, { assets: [wrong] })).toThrow("its sha256 is another one")
  expect(() => carriedFiles(file, { assets: [{ ...asset, module: "/$bunfs/root/none" }] })).toThrow(
    "there is no",
  )
})
