import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createPrivateKey, generateKeyPairSync } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { signBytes } from "../../scripts/emit/sign.ts"
import { runCommand } from "../../scripts/harness/scenarios.ts"
import { builtExecutable } from "../lib/built.ts"

// The executable compares files with the list that they came with, and connects to nothing.

const offline = { executable: builtExecutable(), env: {} }
const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")

let folder: string
let list: string
let publicKey: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offline-verify-"))
  list = join(folder, "SHA256SUMS")
  publicKey = join(tmpdir(), `offline-verify-${process.pid}.pub`)
  const keys = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  })
  const text = `${sha256("one")}  one\n`
  await writeFile(join(folder, "one"), "one")
  await writeFile(list, text)
  await writeFile(`${list}.sig`, signBytes(Buffer.from(text), createPrivateKey(keys.privateKey)))
  await writeFile(publicKey, keys.publicKey)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await rm(publicKey)
})

const verify = (...words: string[]) => runCommand(offline, "offline", "verify", ...words)

describe("opencode offline verify", () => {
  test("finds this release as its own list says, and tries nothing", async () => {
    const { exitCode, stdout, attempts } = await verify("--json")
    const found = JSON.parse(stdout)
    expect({ exitCode, attempts }).toEqual({ exitCode: 0, attempts: [] })
    expect(found).toMatchObject({
      list: join(dirname(builtExecutable()), "SHA256SUMS"),
      key: null,
      findings: [],
    })
    expect(found.files).toBeGreaterThan(10)
  })

  test("finds a list that is signed by the key", async () => {
    const { exitCode, stdout } = await verify(list, "--key", publicKey)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`signed by ${publicKey}`)
  })

  test("exits with 1 and names each file that was changed, added or signed by nobody", async () => {
    await writeFile(join(folder, "one"), "two")
    await writeFile(join(folder, "more"), "")
    await writeFile(`${list}.sig`, Buffer.alloc(64).toString("base64"))
    const { exitCode, stdout } = await verify(list, `--key=${publicKey}`)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/SHA256SUMS: the signature is not that of this key/)
    expect(stdout).toContain("one was changed")
    expect(stdout).toContain("more is there, but not in the list")
  })

  test.each([
    [["--key"], "is not accepted"],
    [["--all"], "is not accepted"],
    [["/nowhere/SHA256SUMS"], "ENOENT"],
    [[process.execPath], "is no list of files"],
  ])("exits with 2 for %p", async (words, text) => {
    const { exitCode, stdout, stderr } = await verify(...words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain(text)
  })
})
