import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findUnsigned } from "../../../scripts/emit/find-unsigned.ts"
import { preAuthentication, signFiles } from "../../../scripts/emit/sign.ts"
import { readSigningKey } from "../../../scripts/emit/signing-key.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { run } from "../../../scripts/lib/process.ts"

const STATEMENT = '{"_type":"https://in-toto.io/Statement/v1"}\n'
const SBOM = '{"bomFormat":"CycloneDX"}\n'
const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")

const KINDS = {
  ed25519: () => generateKeyPairSync("ed25519"),
  "ECDSA P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
}
const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sign-"))
})
afterAll(() => rm(folder, { recursive: true }))

const pem = (key: KeyObject) =>
  key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }) as string

/** A release that is signed, with the key beside it. */
async function signed(kind: keyof typeof KINDS) {
  const release = await mkdtemp(join(folder, "release-"))
  const keys = await mkdtemp(join(folder, "keys-"))
  const { privateKey, publicKey } = KINDS[kind]()
  await writeFile(join(keys, "key.pem"), pem(privateKey))
  await writeFile(join(keys, "key.pub"), pem(publicKey))
  const sums = `${sha256(SBOM)}  sbom.cdx.json\n${sha256(STATEMENT)}  provenance.json\n`
  const files = new Map([
    ["sbom.cdx.json", SBOM],
    ["provenance.json", STATEMENT],
    ["SHA256SUMS", sums],
  ])
  const key = await readSigningKey(join(keys, "key.pem"))
  for (const [name, text] of [...files, ...signFiles(files, key)]) await writeFile(join(release, name), text)
  const read = (name: string) => readFile(join(release, name), "utf8")
  return {
    release,
    read,
    privateFile: join(keys, "key.pem"),
    publicFile: join(keys, "key.pub"),
    publicKey: pem(publicKey),
  }
}

async function openssl(...words: string[]): Promise<number | undefined> {
  const { exitCode } = await run("openssl", words, { cwd: folder, env: process.env })
  return exitCode
}

/** What docs/signing.md says to run behind the gap. */
async function checkWithOpenssl(kind: keyof typeof KINDS, key: string, file: string, signature: Buffer) {
  const raw = join(folder, "raw.sig")
  await writeFile(raw, signature)
  return kind === "ed25519"
    ? openssl("pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", file, "-sigfile", raw)
    : openssl("dgst", "-sha256", "-verify", key, "-signature", raw, file)
}

describe.each(kinds)("a release signed with %s", (kind) => {
  test("is found to be signed by that key", async () => {
    const { release, publicKey } = await signed(kind)
    expect(await findUnsigned(release, publicKey)).toEqual([])
  })

  test("is checked by openssl, without anything of ours", async () => {
    const { release, read, publicFile } = await signed(kind)
    for (const name of ["SHA256SUMS", "sbom.cdx.json"]) {
      const signature = Buffer.from(await read(`${name}.sig`), "base64")
      expect(await checkWithOpenssl(kind, publicFile, join(release, name), signature)).toBe(0)
      await writeFile(join(release, name), "changed")
      expect(await checkWithOpenssl(kind, publicFile, join(release, name), signature)).not.toBe(0)
    }
  })

  test("has an envelope that openssl finds signed, by the encoding that DSSE asks for", async () => {
    const { release, read, publicFile } = await signed(kind)
    const { payloadType, payload, signatures } = JSON.parse(await read("provenance.dsse.json"))
    expect(payloadType).toBe("application/vnd.in-toto+json")
    expect(Buffer.from(payload, "base64").toString()).toBe(STATEMENT)
    const encoded = join(release, "encoded")
    await writeFile(encoded, `DSSEv1 28 application/vnd.in-toto+json ${STATEMENT.length} ${STATEMENT}`)
    const signature = Buffer.from(signatures[0].sig, "base64")
    expect(await checkWithOpenssl(kind, publicFile, encoded, signature)).toBe(0)
  })

  test("has signatures of the form that cosign verify-blob reads: one line of base64", async () => {
    const { read } = await signed(kind)
    const text = await read("SHA256SUMS.sig")
    expect(text).toMatch(/^[A-Za-z0-9+/]+={0,2}\n$/)
    const raw = Buffer.from(text, "base64")
    // Ed25519: 64 bytes as they are. ECDSA: a DER sequence.
    if (kind === "ed25519") expect(raw).toHaveLength(64)
    else expect([raw[0], raw[1]]).toEqual([0x30, raw.length - 2])
  })

  test.each([
    ["a file that was changed", "sbom.cdx.json", /sbom\.cdx\.json/],
    ["a list that was changed", "SHA256SUMS", /signature of SHA256SUMS/],
    ["another statement", "provenance.json", /does not hold provenance\.json/],
    ["a signature that is none", "SHA256SUMS.sig", /signature of SHA256SUMS/],
    ["an envelope that is none", "provenance.dsse.json", /does not hold/],
    ["a file that was added", "more.txt", /more\.txt is there, but not in the list/],
  ])("with %s is found out", async (_, name, finding) => {
    const { release, publicKey } = await signed(kind)
    await writeFile(join(release, name), "changed")
    expect((await findUnsigned(release, publicKey)).join("\n")).toMatch(finding)
  })

  test.each(["SHA256SUMS.sig", "sbom.cdx.json.sig", "provenance.dsse.json"])(
    "without %s is found out",
    async (name) => {
      const { release, publicKey } = await signed(kind)
      await rm(join(release, name))
      expect((await findUnsigned(release, publicKey)).join("\n")).toContain(name.replace(/\.sig$/, ""))
    },
  )

  test("is not taken for one of another key", async () => {
    const { release } = await signed(kind)
    const found = await findUnsigned(release, (await signed(kind)).publicKey)
    expect(found.filter((line) => line.startsWith("signature of"))).toHaveLength(3)
  })
})

test("DSSE's encoding is that of its specification", () => {
  expect(preAuthentication(Buffer.from("hello world"), "http://example.com/HelloWorld").toString()).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  )
})

describe("a key that cannot sign is refused, and it is said why", () => {
  const encrypted = () =>
    generateKeyPairSync("ed25519").privateKey.export({
      ...{ format: "pem", type: "pkcs8" },
      ...{ cipher: "aes-256-cbc", passphrase: "secret" },
    }) as string
  test.each([
    ["RSA", () => pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey), /kind rsa;/],
    [
      "P-384",
      () => pem(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey),
      /kind ec \(secp384r1\)/,
    ],
    [
      "a public key",
      () => pem(generateKeyPairSync("ed25519").publicKey),
      /public key[\s\S]*give the private key/,
    ],
    ["one with a passphrase", encrypted, /passphrase[\s\S]*--key -/],
    [
      "one of ssh",
      () => "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      /form of OpenSSH/,
    ],
    ["an empty file", () => "", /it is empty[\s\S]*openssl genpkey/],
    ["no key", () => "text", /it is no PEM[\s\S]*openssl genpkey/],
    [
      "half a key",
      () => pem(generateKeyPairSync("ed25519").privateKey).slice(0, 60),
      /cannot sign[\s\S]*openssl genpkey/,
    ],
  ])("%s", async (_, make, why) => {
    const file = join(folder, "wrong.pem")
    await writeFile(file, make())
    const refused = await readSigningKey(file).catch((error) => error)
    expect(refused).toBeInstanceOf(Failure)
    expect(refused.message).toMatch(why)
  })

  test.each([
    [
      "is not there",
      () => join(folder, "missing.pem"),
      /cannot be read[\s\S]*there is no such file[\s\S]*openssl genpkey/,
    ],
    ["is a folder", () => folder, /cannot be read[\s\S]*EISDIR[\s\S]*through a pipe/],
  ])("one that %s", async (_, file, why) => {
    const refused = await readSigningKey(file()).catch((error) => error)
    expect(refused).toBeInstanceOf(Failure)
    expect(refused.message).toMatch(why)
  })
})
