import { describe, expect, test } from "bun:test"
import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { z } from "zod"
import { formatJson } from "../../scripts/lib/format-json.ts"
import { isMeasured, listMeasured, listResults, readNetwork, resultOf } from "../../scripts/network/data.ts"
import { SCENARIOS } from "../../scripts/network/runs.ts"
import { listPins, readPin } from "../../scripts/pins/pin.ts"

// What was measured of releases and is committed, and the examples that spread it over machines.

const ROOT = join(import.meta.dirname, "../..")
const read = (path: string) => readFile(join(ROOT, path), "utf8")
const measured = await listMeasured()

test("the releases that must be measured are", () => {
  const wanted = ["1.1.65", "1.2.27", "1.3.0", "1.14.34", "1.15.13", "1.17.18", "1.18.34", "cli-1.18.18"]
  expect(measured).toEqual(expect.arrayContaining(wanted))
})

describe.each(measured)("the data of %s", (name) => {
  test("can be read, and stands in the file as it would be written", async () => {
    const data = (await readNetwork(name))!
    expect(await read(`pins/${name}/network.json`)).toBe(formatJson(data))
    expect(data.package.version).toBe(name.replace(/^\D+/, ""))
  })

  test("is of the package that is pinned, where there is a pin", async () => {
    if (!(await listPins()).includes(name)) return
    const { package: found } = (await readNetwork(name))!
    const packages = Object.values((await readPin(name)).targets).map(({ opencode }) => opencode)
    expect(packages.find((one) => one.name === found.name)?.integrity).toBe(found.integrity)
  })

  test("has hosts of upstream's, and none of ours", async () => {
    const runs = listResults((await readNetwork(name))!)
    const hosts = (as: string) =>
      runs.flatMap((run) => (run.as === as && isMeasured(run.result) ? Object.keys(run.result.hosts) : []))
    expect(hosts("stock").length).toBeGreaterThan(0)
    expect(hosts("offline")).toEqual([])
  })

  test("names no registry and no path", async () => {
    const text = await read(`pins/${name}/network.json`)
    expect(text).not.toMatch(/registry\.|\/home|\/tmp|:\/\//)
  })
})

test("every release but a preview of 2.0 has the run that answers one question", async () => {
  for (const name of measured.filter((one) => /^\d/.test(one))) {
    const run = { mode: "answer", scenario: "run", as: "stock" } as const
    expect([name, isMeasured(resultOf((await readNetwork(name))!, run))]).toEqual([name, true])
  }
})

test("docs/network.md names the scenarios that are run when none is named", async () => {
  const text = await read("docs/network.md")
  for (const name of SCENARIOS) expect(text).toContain(`\`${name}\``)
})

test("the picture in the README is there, and is small", async () => {
  expect(await read("README.md")).toContain("(docs/pictures/network.png)")
  expect((await stat(join(ROOT, "docs/pictures/network.png"))).size).toBeLessThan(200_000)
})

describe("the examples for several machines", async () => {
  const names = await readdir(join(ROOT, "docs/ci/network"))

  test("are one for each of three systems", () => {
    expect(names.sort()).toEqual(["github-actions.yml", "gitlab-ci.yml", "kubernetes.yaml"])
  })

  test.each(names)(
    "%s measures in shards and merges them, with options that there are, and names no registry",
    async (name) => {
      const text = await read(`docs/ci/network/${name}`)
      const commands = [...text.matchAll(/npm run network -- ([^\n]*)/g)].map(([, words]) => words!)
      expect(commands).toHaveLength(2)
      expect(commands[0]).toMatch(/--all --shard \S+.*\/\S+ --out /)
      expect(commands[1]).toMatch(/^--merge \S+/)
      const options = await read("scripts/network/options.ts")
      for (const [option] of commands.join(" ").matchAll(/--[a-z]+/g))
        expect(options).toMatch(new RegExp(`"${option}[ "]`))
      expect(text).toContain("INTERNAL_NPM_REGISTRY")
      expect(text).not.toMatch(/https?:\/\//)
    },
  )

  test("GitLab's takes what a shard found when it ends with 1, too, and has as many as GitLab counts", async () => {
    const job = z.looseObject({ stage: z.string(), script: z.array(z.string()).min(1) })
    const { measure, site } = Bun.YAML.parse(await read("docs/ci/network/gitlab-ci.yml")) as Record<
      string,
      unknown
    >
    const shards = job.extend({
      parallel: z.number(),
      allow_failure: z.literal(true),
      artifacts: z.strictObject({ when: z.literal("always"), paths: z.array(z.string()) }),
    })
    expect(shards.safeParse(measure).error).toBeUndefined()
    expect(job.extend({ when: z.literal("always") }).safeParse(site).error).toBeUndefined()
    expect(JSON.stringify(measure)).toContain("$CI_NODE_INDEX/$CI_NODE_TOTAL")
  })

  test("GitHub's has as many shards as its matrix, and no more rights than to read", async () => {
    const text = await read("docs/ci/network/github-actions.yml")
    const matrix = z.strictObject({
      "fail-fast": z.literal(false),
      matrix: z.strictObject({ shard: z.array(z.number()) }),
    })
    const job = z.looseObject({ "runs-on": z.array(z.string()), steps: z.array(z.looseObject({})).min(1) })
    const workflow = z
      .object({
        permissions: z.strictObject({ contents: z.literal("read") }),
        jobs: z.strictObject({
          measure: job.extend({ "continue-on-error": z.literal(true), strategy: matrix }),
          site: job.extend({ needs: z.literal("measure"), if: z.literal("always()") }),
        }),
      })
      .parse(Bun.YAML.parse(text))
    const { shard } = workflow.jobs.measure.strategy.matrix
    expect(shard).toEqual(Array.from({ length: shard.length }, (_, index) => index + 1))
    expect(text).toContain(`--shard \${{ matrix.shard }}/${shard.length} `)
  })

  test("Kubernetes' has as many pods as shards, counts them from 1, and starts the site when it is told", async () => {
    const text = await read("docs/ci/network/kubernetes.yaml")
    const job = z.looseObject({
      apiVersion: z.literal("batch/v1"),
      kind: z.literal("Job"),
      spec: z.looseObject({ template: z.looseObject({}) }),
    })
    const [measure, site] = z.tuple([job, job]).parse(text.split("\n---\n").map((one) => Bun.YAML.parse(one)))
    const { completions, parallelism, completionMode } = measure.spec
    expect({ completions, parallelism, completionMode }).toEqual({
      completions: 6,
      parallelism: 6,
      completionMode: "Indexed",
    })
    expect(text).toContain(`--shard $((JOB_COMPLETION_INDEX + 1))/${completions} `)
    expect(site.spec.suspend).toBe(true)
  })
})
