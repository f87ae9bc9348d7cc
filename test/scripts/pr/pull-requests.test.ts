import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { diffLines } from "diff"
import { readSeries } from "../../../scripts/patching/read-series.ts"
import { applySteps, type MadeStep } from "../../../scripts/pr/apply-steps.ts"
import { readFormatter } from "../../../scripts/pr/format.ts"
import type { NamedPullRequest, Step } from "../../../scripts/pr/pull-request.ts"
import { needsOf, readPullRequests } from "../../../scripts/pr/read-pull-requests.ts"
import { type ReadText, readVintage } from "../../../scripts/pr/vintage.ts"
import { isTest } from "../../../scripts/pr/write-body.ts"
import { copyUpstream } from "../../lib/stand-in-upstream.ts"
import { VARIANTS } from "../../lib/variants.ts"

const VINTAGES = ["namespaces", "effect"] as const
type Own = (typeof VINTAGES)[number]

const requests = await readPullRequests()
const roots = {} as Record<Own, string>

beforeAll(async () => {
  for (const vintage of VINTAGES) {
    roots[vintage] = await mkdtemp(join(tmpdir(), `pull-requests-${vintage}-`))
    await copyUpstream(roots[vintage], vintage)
  }
})
afterAll(() => Promise.all(Object.values(roots).map((root) => rm(root, { recursive: true, force: true }))))

const readFrom =
  (vintage: Own): ReadText =>
  (file) =>
    readFile(join(roots[vintage], file), "utf8").catch(() => undefined)

/** A pull request on one vintage, behind those that it builds on. */
async function make(request: NamedPullRequest, vintage: Own, read = readFrom(vintage)): Promise<MadeStep[]> {
  const files = new Map<string, string>()
  const current: ReadText = async (file) => files.get(file) ?? read(file)
  for (const one of needsOf(requests, request))
    for (const step of await applySteps(one, one.forms[vintage]!, current))
      for (const [file, text] of step.files) files.set(file, text)
  return applySteps(request, request.forms[vintage]!, current)
}

const cases = requests.flatMap((request) =>
  VINTAGES.filter((vintage) => request.forms[vintage]).map(
    (vintage) => [request.name, vintage, request] as [string, Own, NamedPullRequest],
  ),
)

test("each of the two stand-ins is of its vintage", async () => {
  for (const vintage of VINTAGES) expect(await readVintage(readFrom(vintage), requests[0]!)).toBe(vintage)
  expect(readVintage(async () => undefined, requests[0]!)).rejects.toThrow("of no known vintage")
})

test("a vintage without a form says why", () => {
  const without = requests.flatMap(({ name, forms, absent, repository }) =>
    repository
      ? []
      : VINTAGES.filter((vintage) => !forms[vintage] && !absent?.[vintage]).map((one) => [name, one]),
  )
  expect(without).toEqual([])
})

describe.each(cases)("%s, for %s,", (_name, vintage, request) => {
  const steps = request.forms[vintage]!

  test("is small, has a test, and knows nothing of this project", async () => {
    const made = await make(request, vintage)
    const files = new Set(made.flatMap(({ files }) => [...files.keys()]))
    expect([...files].filter(isTest)).not.toEqual([])
    let added = 0
    for (const { files } of made) {
      for (const [file, text] of files) {
        const before = (await readFrom(vintage)(file)) ?? ""
        for (const { added: isNew, count } of diffLines(before, text)) if (isNew) added += count ?? 0
        expect(text).not.toMatch(/@\/offline"|opencode-offline|\bOffline\./)
      }
    }
    expect(added).toBeLessThanOrEqual(300)
    if (steps.length === 1) expect(files.size).toBeLessThanOrEqual(10)
    expect(steps.length).toBeLessThanOrEqual(5)
    for (const { subject } of made) expect(subject.length).toBeLessThanOrEqual(72)
  })

  test("brings files in upstream's form", async () => {
    const format = readFormatter(await readFrom(vintage)("package.json"))
    for (const [file, text] of steps.flatMap(({ files = {} }) => Object.entries(files)))
      expect(await format(file, text)).toBe(text)
  })

  test("applies where upstream's code differs in what it does not look at", async () => {
    for (const [variant, change] of Object.entries(VARIANTS)) {
      const read: ReadText = async (file) => {
        const text = await readFrom(vintage)(file)
        return text === undefined || !/\.tsx?$/.test(file) ? text : change(text)
      }
      const made = await make(request, vintage, read).catch((error) => error)
      expect(made, variant).toBeArray()
    }
  })

  test("is refused when a file of it is gone, or holds its place twice", async () => {
    const places = steps
      .flatMap(({ edits }) => edits)
      .filter(({ what }) => !/^the (file's imports|start of)/.test(what))
    for (const { file } of places) {
      const gone: ReadText = async (other) => (other === file ? undefined : readFrom(vintage)(other))
      expect(make(request, vintage, gone), `${file} gone`).rejects.toThrow(/does not apply/)
      const twice: ReadText = async (other) => {
        const text = await readFrom(vintage)(other)
        return other === file && text !== undefined ? text + text : text
      }
      expect(make(request, vintage, twice), `${file} twice`).rejects.toThrow(/does not apply/)
    }
  })

  test("is refused on a base that has it", async () => {
    const made = await make(request, vintage)
    const after = new Map(made.flatMap(({ files }) => [...files]))
    const read: ReadText = async (file) => after.get(file) ?? readFrom(vintage)(file)
    expect(applySteps(request, steps, read)).rejects.toThrow("is in this base already")
  })
})

test("all places that are wrong are named at once", async () => {
  const request = requests.find(({ name }) => name === "npm-disable-install")!
  const gone: ReadText = async (file) =>
    /bun\/index|config\/config/.test(file) ? undefined : readFrom("namespaces")(file)
  const error = await make(request, "namespaces", gone).catch((error) => error.message)
  expect(error).toContain("in packages/opencode/src/bun/index.ts it looked for the folder of a package")
  expect(error).toContain("in packages/opencode/src/config/config.ts it looked for the function needsInstall")
})

describe("the patches of a build", () => {
  test("are upstreamable when a pull request would make them smaller, and not otherwise", async () => {
    const series = await readSeries()
    const upstreamable = series.filter(({ kind }) => kind === "upstreamable").map(({ name }) => name)
    expect(upstreamable.sort()).toEqual([...new Set(requests.flatMap(({ instead }) => instead))].sort())
  })
})

test("what goes to another repository applies to code of its form", async () => {
  const texts: Record<string, string> = {
    "packages/core/src/zig.ts": `let path: string | undefined
let lib: RenderLib | undefined

export function resolve() {
  if (!lib) lib = new FFIRenderLib(path)
  return lib
}

// at once
try {
  lib = new FFIRenderLib(path)
} catch (error) {}
`,
    "src/endpoints-to-methods.ts": `const endpointMethodsMap = new Map();
for (const [scope, endpoints] of Object.entries(ENDPOINTS)) {
  endpointMethodsMap.set(scope, endpoints);
}

export function endpointsToMethods(octokit: Octokit) {
  return Object.fromEntries(endpointMethodsMap);
}
`,
  }
  const after: Record<string, string> = {}
  for (const request of requests.filter(({ repository }) => repository)) {
    const steps = request.forms.other as Step[]
    const [made] = await applySteps(request, steps, async (file) => texts[file])
    for (const [file, text] of made!.files) if (texts[file]) after[file] = text
  }
  expect(after["packages/core/src/zig.ts"]).toEndWith("  return lib\n}\n")
  expect(after["src/endpoints-to-methods.ts"]).toContain(
    "  if (endpointMethodsMap.size > 0) return;\n  for (const",
  )
  expect(after["src/endpoints-to-methods.ts"]).toContain("{\n  fillEndpoints();\n  return")
})
