import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { copyProject, type Project } from "../../lib/project.ts"
import { makePackage, type Registry, startRegistry, type TestPackage } from "../../lib/registry.ts"

let project: Project
let registry: Registry
let sample: TestPackage

beforeAll(async () => {
  project = await copyProject()
  sample = await makePackage("sample", Buffer.from("export const sample = 1\n"), "index.js")
  registry = await startRegistry([sample])
})
afterAll(() => Promise.all([project.remove(), registry.close()]))
beforeEach(() => writeFile(extra(), "{}\n"))

const extra = () => join(project.folder, "pins/extra.json")
const readExtra = () => readFile(extra(), "utf8")

async function pinExtra(spec: string) {
  const words = ["scripts/commands/pin-extra.ts", spec, "--cache", join(project.folder, "cache")]
  const env = {
    ...process.env,
    npm_config_registry: registry.url,
    npm_config_cache: join(project.folder, "npm-cache"),
  }
  const { exitCode, stdout, stderr } = await run(process.execPath, words, { cwd: project.folder, env })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** A file that holds the package with this hash, as part of another. */
const holding = (integrity: string) => ({
  "other@1.0.0": {
    provides: ["other"],
    packages: {
      "node_modules/other": { version: "1.0.0", integrity: `sha512-${"B".repeat(86)}==`, license: "MIT" },
      "node_modules/sample": { version: "1.0.0", integrity, license: "MIT" },
    },
  },
})

test("a package is written with its hash, and what is there stays", async () => {
  const others = holding(sample.pinned.integrity)
  await writeFile(extra(), JSON.stringify(others))
  const { exitCode, stdout } = await pinExtra("sample@1.0.0")
  expect(stdout).toContain("npm run build -- --with sample@1.0.0")
  expect(exitCode).toBe(0)
  const { integrity } = sample.pinned
  const packages = { "node_modules/sample": { version: "1.0.0", integrity, license: "not stated" } }
  expect(JSON.parse(await readExtra())).toEqual({
    ...others,
    "sample@1.0.0": { provides: ["sample"], packages },
  })
})

test("a package that is pinned already is not asked for again", async () => {
  await pinExtra("sample@1.0.0")
  const [before, asked] = [await readExtra(), registry.requests.length]
  expect(await pinExtra("sample@1.0.0")).toMatchObject({ exitCode: 0 })
  expect(await readExtra()).toBe(before)
  expect(registry.requests).toHaveLength(asked)
})

describe("what cannot be pinned ends with 2, and leaves the file as it was", () => {
  async function refused(spec: string, text = "{}\n"): Promise<string> {
    await writeFile(extra(), text)
    const { exitCode, stderr } = await pinExtra(spec)
    expect(await readExtra()).toBe(text)
    expect(exitCode).toBe(2)
    return stderr
  }

  test("a package whose hash is another than the pinned one, showing both", async () => {
    const other = `sha512-${"A".repeat(86)}==`
    const message = await refused("sample@1.0.0", JSON.stringify(holding(other)))
    expect(message).toContain(other)
    expect(message).toContain(sample.pinned.integrity)
  })

  test.each(["sample", "sample@latest", "sample@^1.0.0"])("%s, which is no exact version", async (spec) => {
    expect(await refused(spec)).toContain("does not name one version of a package")
  })

  test("a version that the registry has not", async () => {
    expect(await refused("sample@2.0.0")).toContain("npm cannot say what sample@2.0.0 needs")
  })
})
