import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test"
import { createPrivateKey, generateKeyPairSync } from "node:crypto"
import { appendFile, chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { findChanges, readSums, SIGNED } from "../../offline/verify/list.ts"
import { signBytes } from "../../scripts/emit/sign.ts"
import { run } from "../../scripts/lib/process.ts"

// verify.sh on an installation of a few files. What it finds, `opencode offline verify` has to find, too.

const SCRIPT = join(import.meta.dirname, "../../kit/archive/verify.sh")
const KIT = "lib/opencode-kit"
const KINDS = ["ed25519", "P-256"] as const

let folder: string
let prefix: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kit-verify-"))
  for (const kind of KINDS) await makeKey(kind)
})
afterAll(() => rm(folder, { recursive: true }))

async function makeKey(kind: (typeof KINDS)[number]) {
  const form = {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  } as const
  const { privateKey, publicKey } =
    kind === "ed25519"
      ? generateKeyPairSync("ed25519", form)
      : generateKeyPairSync("ec", { namedCurve: kind, ...form })
  await writeFile(join(folder, `${kind}.pem`), privateKey)
  await writeFile(join(folder, `${kind}.pub`), publicKey)
}

beforeEach(async () => {
  prefix = await mkdtemp(join(folder, "a prefix "))
  const files: Record<string, string> = {
    "bin/opencode": "program",
    [`${KIT}/verify.sh`]: await readFile(SCRIPT, "utf8"),
    [`${KIT}/node_modules/@a/b/in $dex.js`]: "b",
  }
  const lines = Object.entries(files).map(([file, text]) => {
    return `${new Bun.CryptoHasher("sha256").update(text).digest("hex")}  ${file}\n`
  })
  for (const [file, text] of Object.entries({
    ...files,
    [`${KIT}/installed`]: "",
    [`${KIT}/installed-managed`]: "",
    [`${KIT}/SHA256SUMS`]: lines.join(""),
  })) {
    await mkdir(dirname(join(prefix, file)), { recursive: true })
    await writeFile(join(prefix, file), text)
    await chmod(join(prefix, file), 0o755)
  }
  await sign("ed25519")
})
afterEach(() => rm(prefix, { recursive: true }))

async function sign(kind: (typeof KINDS)[number]) {
  const key = createPrivateKey(await readFile(join(folder, `${kind}.pem`), "utf8"))
  const bytes = await readFile(join(prefix, KIT, "SHA256SUMS"))
  await writeFile(join(prefix, KIT, "SHA256SUMS.sig"), `${signBytes(bytes, key)}\n`)
}

async function verify(...args: string[]) {
  // What a test puts into `programs` is found first.
  const PATH = `${join(prefix, "programs")}:${process.env.PATH}`
  const { exitCode, stdout, stderr } = await run("sh", [join(prefix, KIT, "verify.sh"), ...args], {
    env: { PATH },
    cwd: "/",
  })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** What the executable finds in the same installation. */
async function findByExecutable(): Promise<string[]> {
  const sums = readSums(await readFile(join(prefix, KIT, "SHA256SUMS"), "utf8"))
  return "wrong" in sums ? [sums.wrong] : findChanges(sums, prefix, KIT)
}

describe("verify.sh", () => {
  test("finds an installation as its list says, and says that nobody's signature was asked for", async () => {
    expect(await verify()).toMatchObject({ exitCode: 0, stderr: "" })
    expect((await verify()).stdout).toMatch(
      /^3 files are as .*SHA256SUMS says\. Its signature was not checked/,
    )
    expect(await findByExecutable()).toEqual([])
  })

  test.each(KINDS)("finds a list that a key of %s has signed", async (kind) => {
    await sign(kind)
    const { exitCode, stdout } = await verify("--key", join(folder, `${kind}.pub`))
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`signed by ${folder}`)
    expect(
      (await verify("--key", join(folder, `${KINDS.find((other) => other !== kind)}.pub`))).exitCode,
    ).toBe(1)
  })

  test("finds that a list was changed since it was signed, or that there is no signature", async () => {
    const key = join(folder, "ed25519.pub")
    await appendFile(join(prefix, KIT, "SHA256SUMS"), `${"0".repeat(64)}  ${KIT}/more\n`)
    expect((await verify("--key", key)).stderr).toContain("SHA256SUMS is not signed by")
    await rm(join(prefix, KIT, "SHA256SUMS.sig"))
    expect(await verify("--key", key)).toMatchObject({ exitCode: 1 })
  })

  const changes: [string, () => Promise<unknown>, string][] = [
    ["changed", () => writeFile(join(prefix, "bin/opencode"), "other"), "bin/opencode"],
    ["removed", () => rm(join(prefix, KIT, "node_modules"), { recursive: true }), "in $dex.js"],
    ["added", () => writeFile(join(prefix, KIT, "node_modules/more.js"), ""), "more.js"],
    ["added as a link", () => symlink("/etc/passwd", join(prefix, KIT, "more")), `${KIT}/more`],
    [
      "replaced by a link to the same bytes",
      async () => {
        await cp(join(prefix, "bin/opencode"), join(prefix, "bin/elsewhere"))
        await rm(join(prefix, "bin/opencode"))
        await symlink("elsewhere", join(prefix, "bin/opencode"))
      },
      "bin/opencode",
    ],
  ]
  test.each(changes)("finds a file that was %s, and so does the executable", async (_, change, name) => {
    await change()
    const { exitCode, stdout, stderr } = await verify()
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" })
    expect(stderr).toContain(name)
    expect((await findByExecutable()).join("\n")).toContain(name)
  })

  const elsewhere = [
    ...["node_modules/installed", "bin/SHA256SUMS", "node_modules/a.sig", "docs/provenance.dsse.json"],
    ...["verify.sh.sig", "installed.sig", "node_modules/installed-folders", "more.tar.gz.sig"],
  ]
  test.each(elsewhere)("finds %s, which belongs elsewhere, and so does the executable", async (name) => {
    await mkdir(dirname(join(prefix, KIT, name)), { recursive: true })
    await writeFile(join(prefix, KIT, name), "")
    const line = `${KIT}/${name} is there, but not in the list`
    expect(await verify()).toMatchObject({ exitCode: 1, stderr: `${line}\n` })
    expect(await findByExecutable()).toEqual([line])
  })

  test("finds what is signed, and what the installer writes, where it belongs, as does the executable", async () => {
    const names = ["installed-folders", "provenance.dsse.json", ...SIGNED.map((name) => `${name}.sig`)]
    for (const name of names) await writeFile(join(prefix, KIT, name), "")
    expect(await verify()).toMatchObject({ exitCode: 0, stderr: "" })
    expect(await findByExecutable()).toEqual([])
  })

  test.each([`${"0".repeat(64)}  /etc/passwd`, `${"0".repeat(64)}  ${KIT}/../../../x`, "text"])(
    "does not go by a list with the line %p",
    async (line) => {
      await appendFile(join(prefix, KIT, "SHA256SUMS"), `${line}\n`)
      const { exitCode, stderr } = await verify()
      expect(exitCode).toBe(2)
      expect(stderr).toContain("names what is no file of the kit")
    },
  )

  test.each([
    "kill -KILL $$",
    "exit 0",
    "exit 1",
    "echo 'bin/opencode: OK'",
    // All of them, and then something went wrong.
    'while read -r _ name; do echo "$name: OK"; done <"$2"; exit 1',
  ])("exits with 2 when sha256sum ends early: %s", async (text) => {
    await mkdir(join(prefix, "programs"))
    await writeFile(join(prefix, "programs/sha256sum"), `#!/bin/sh\n${text}\n`)
    await chmod(join(prefix, "programs/sha256sum"), 0o755)
    const { exitCode, stdout, stderr } = await verify()
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain("Not every file could be compared")
  })

  test("checks another place by the list beside it", async () => {
    const elsewhere = join(folder, "elsewhere")
    await cp(prefix, elsewhere, { recursive: true })
    expect(await verify("--prefix", elsewhere)).toMatchObject({ exitCode: 0 })
    await writeFile(join(elsewhere, "bin/opencode"), "other")
    expect(await verify("--prefix", elsewhere)).toMatchObject({ exitCode: 1 })
    expect(await verify()).toMatchObject({ exitCode: 0 })
  })

  test.each([[["--all"]], [["--key"]], [["--key", "/nowhere"]]])("exits with 2 for %p", async (words) => {
    expect(await verify(...words)).toMatchObject({ exitCode: 2, stdout: "" })
  })
})
