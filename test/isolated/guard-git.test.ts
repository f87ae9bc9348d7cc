import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { replaceCode } from "../../scripts/harness/probe-executable.ts"
import { type GitProject, makeGitProject } from "../lib/git-project.ts"
import { sample } from "../lib/sampling.ts"
import { probeFile } from "./lib/guard-executable.ts"
import { notRefused, type Place, places, runProbe, there } from "./lib/guard-run.ts"
import { vectors } from "./lib/guard-vectors.ts"

// The guard as upstream's build script compiles it: not one bundle of ours, but modules that Bun's bundler put together.

let project: GitProject
let executable: string

beforeAll(async () => {
  project = await makeGitProject()
  const { exitCode, stderr } = await project.buildGit(["--core-only", "--out", "built"])
  if (exitCode !== 0) throw new Error(stderr)
  executable = await replaceCode(join(project.folder, "built/opencode"), probeFile("guard-probe.ts"))
})

afterAll(async () => {
  await project?.remove()
  if (executable) await rm(dirname(executable), { recursive: true })
})

const ids = Object.keys(vectors)

describe.each(Object.keys(places) as Place[])("an executable from git, in the %s", (place) => {
  test("sends no packet by any vector when the switch is on, and refuses each at once", async () => {
    const run = await runProbe(executable, place, ["--offline"])
    expect(run.attempts).toEqual([])
    expect({ wrong: notRefused(run), ids: run.outcomes.map(({ id }) => id) }).toEqual({
      wrong: [],
      ids,
    })
  })
})

test.each(sample(Object.keys(places) as Place[]))(
  "an executable from git lets every vector out when the switch is off, in the %s",
  async (place) => {
    const run = await runProbe(executable, place, [])
    expect(run.leaked).toEqual(there(run))
  },
)
