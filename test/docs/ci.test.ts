import { describe, expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"

// The examples for pipelines: that they can be read, and say what this project has.

const ROOT = join(import.meta.dirname, "../..")
const read = (path: string) => readFile(join(ROOT, path), "utf8")
const entries = await readdir(join(ROOT, "docs/ci"), { withFileTypes: true })
// In its folder are those of npm run network: network.test.ts.
const examples = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort()
const { scripts } = JSON.parse(await read("package.json")) as { scripts: Record<string, string> }

/** The sources that say which options a script has. */
const OPTIONS: Record<string, string> = {
  build: "scripts/build/options.ts",
  verify: "scripts/commands/verify.ts",
  audit: "scripts/audit/read-options.ts",
  release: "scripts/release/options.ts",
}

test("there is one for each of three systems", () => {
  expect(examples).toEqual(["Jenkinsfile", "github-actions.yml", "gitlab-ci.yml"])
})

describe.each(examples)("%s", (name) => {
  test("runs commands of this project, with options that they have, and signs what it audited", async () => {
    const text = await read(`docs/ci/${name}`)
    const commands = [...text.matchAll(/npm run (\w+) -- ([^\n]*)/g)]
    expect(commands.map(([, script]) => script)).toEqual(
      expect.arrayContaining(["build", "audit", "release"]),
    )
    for (const [, script, words] of commands) {
      expect(scripts).toHaveProperty(script!)
      const source = await read(OPTIONS[script!]!)
      for (const [option] of words!.matchAll(/--[a-z-]+/g)) expect(source).toContain(`"${option} <`)
    }
    const release = commands.find(([, script]) => script === "release")![2]!
    expect(release).toMatch(/--audit dist\/audit\/report\.json .*--key /)
  })

  test("keeps the release and the audit, gives out JUnit, and names no registry", async () => {
    const text = await read(`docs/ci/${name}`)
    for (const words of ["dist/release", "dist/audit", "dist/audit.xml", "INTERNAL_NPM_REGISTRY", ".cache"])
      expect(text).toContain(words)
    expect(text).not.toMatch(/https?:\/\//)
  })
})

test("GitLab's has stages, and each job is in one of them", async () => {
  const job = z.looseObject({ stage: z.string(), script: z.array(z.string()).min(1) })
  const {
    stages,
    default: shared,
    variables,
    ...jobs
  } = Bun.YAML.parse(await read("docs/ci/gitlab-ci.yml")) as {
    stages: string[]
    default: object
    variables: object
  }
  expect(Object.keys(shared)).toEqual(["image", "cache", "before_script"])
  expect(Object.keys(variables)).toContain("XDG_CACHE_HOME")
  for (const found of Object.values(jobs)) expect(stages).toContain(job.parse(found).stage)
  expect(Object.keys(jobs)).toEqual(stages)
})

test("GitHub's has steps that each run or use something, and no more rights than to read", async () => {
  const step = z.union([
    z.strictObject({
      run: z.string(),
      shell: z.string().optional(),
      env: z.record(z.string(), z.string()).optional(),
    }),
    z.strictObject({
      uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/),
      with: z.record(z.string(), z.unknown()).optional(),
      if: z.string().optional(),
    }),
  ])
  const workflow = z.strictObject({
    name: z.string(),
    on: z.record(z.string(), z.unknown()),
    permissions: z.strictObject({ contents: z.literal("read") }),
    jobs: z.record(
      z.string(),
      z.strictObject({
        "runs-on": z.array(z.string()),
        env: z.record(z.string(), z.string()),
        steps: z.array(step),
      }),
    ),
  })
  expect(workflow.safeParse(Bun.YAML.parse(await read("docs/ci/github-actions.yml"))).error).toBeUndefined()
})

test("Jenkins's is one declarative pipeline, with its braces and quotes closed", async () => {
  const text = (await read("docs/ci/Jenkinsfile")).replace(/^\/\/.*$/gm, "")
  const bare = text.replace(/'[^'\n]*'/g, "").replace(/"(?:\$\{\w+\}|[^"\n])*"/g, "")
  expect(bare).not.toMatch(/['"]/)
  expect(bare.trim()).toMatch(/^pipeline \{[\s\S]*\}$/)
  let depth = 0
  for (const character of bare) {
    if ("{[(".includes(character)) depth++
    if ("}])".includes(character)) depth--
    expect(depth).toBeGreaterThanOrEqual(0)
  }
  expect(depth).toBe(0)
  for (const block of ["agent", "stages", "steps", "post"]) expect(bare).toContain(`${block} {`)
})
