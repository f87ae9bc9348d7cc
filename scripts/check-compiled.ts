import { createHash } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { readIndex } from "../offline/web-ui/pack.ts"
import type { PatchedCheckout } from "./commit-patches.ts"
import type { Compiled } from "./compile-tree.ts"
import type { BuildRecord } from "./lib/build-record.ts"
import { Failure } from "./lib/errors.ts"
import { formatBytes, type Step } from "./lib/log.ts"
import {
  compareModules,
  compareRuntime,
  type EmbeddedModule,
  type ModuleGraph,
  readModuleGraph,
} from "./lib/module-graph/index.ts"
import { measureParts } from "./lib/sizes.ts"
import { digestFiles, readToolVersions } from "./read-inputs.ts"
import type { BuildOptions } from "./read-options.ts"
import type { Stock } from "./read-stock.ts"
import { openStaging, type Staging, writeExecutable } from "./write-release.ts"

/** The module that `offline/build/embed.ts` makes, and that is run first. */
const OFFLINE_MODULE = "/$bunfs/root/src/offline/index.js"

/** The names that Bun gives to the files that are embedded. */
const WEB_UI = /^\/\$bunfs\/root\/offline-web-ui-\w+\.pack$/
const POLICY = /^\/\$bunfs\/root\/offline-policy-\w+\.json$/

/** Neither `.env` nor `bunfig.toml` of the working directory is read. */
const CLOSED = 3

export interface CompiledRelease {
  staging: Staging
  record: BuildRecord
}

/**
 * Puts what was compiled into a staging folder, reads it back, and says what is in it.
 * @returns the staging folder, and the record that becomes `build.json`
 * @throws Failure when the runtime is not the pinned Bun, or what makes it safe is not inside
 */
export async function checkCompiled(
  checkout: PatchedCheckout,
  compiled: Compiled,
  stock: Stock,
  options: BuildOptions,
  step: Step,
): Promise<CompiledRelease> {
  const staging = await openStaging(options.out)
  const { size } = await stat(compiled.executable)
  const written = await writeExecutable(staging.executable, [{ path: compiled.executable, length: size }])
  const graph = readModuleGraph(await readFile(staging.executable))
  const runtime = await compareRuntime(graph.runtime, stock.inputs.bun)
  const webUi = requireModules(graph, compiled, runtime.equal)
  const { added, changed, unchanged } = compareModules(stock.graph, graph)
  const { pin, target } = stock.inputs
  step.result(
    `${formatBytes(written.bytes)}, ${graph.modules.length} modules, ${unchanged.length} equal the release's`,
  )
  const record: BuildRecord = {
    format: 1,
    opencode: pin.version,
    target: options.target,
    source: "git",
    git: {
      url: checkout.commit.url,
      commit: checkout.commit.commit,
      tree: checkout.tree,
      patched: checkout.patched,
    },
    executable: { file: "opencode", ...written },
    stock: { ...named(target.opencode), bytes: stock.bytes, sha256: stock.sha256 },
    runtime: { ...named(target.bun), bytes: graph.runtime.length, ...runtime },
    sizes: measureParts(graph, written.bytes, {
      offline: [OFFLINE_MODULE],
      webUi: [webUi.name],
      rest: graph.modules.filter(({ name }) => POLICY.test(name)).map(({ name }) => name),
    }),
    argv: { stock: stock.graph.argv, built: graph.argv },
    modules: { added, changed, unchanged },
    assets: [],
    packages: [],
    patches: checkout.patches.map(({ commit, applied: { name, subject, kind, counts } }) => ({
      name,
      subject,
      kind,
      counts,
      commit,
    })),
    inputs: await digestFiles(pin.version, options),
    tools: await readToolVersions(),
    webUi: {
      folder: "packages/app",
      files: Object.keys(readIndex(webUi.contents).files).length,
      bytes: webUi.contents.length,
    },
    models: describeModels(compiled),
    ...(compiled.policy && { policy: policyOf(compiled.policy) }),
  }
  return { staging, record }
}

/** @returns the web UI's module */
function requireModules(graph: ModuleGraph, { policy }: Compiled, sameRuntime: boolean): EmbeddedModule {
  const find = (name: RegExp) => graph.modules.filter((module) => name.test(module.name))
  const [webUi] = find(WEB_UI)
  const entry = Buffer.from(graph.modules[graph.entry]!.contents).toString("latin1")
  const policies = find(POLICY).map(({ contents }) => Buffer.from(contents).toString())
  const wanted = policy ? [Buffer.from(policy.bytes).toString()] : []
  const checks: [boolean, string][] = [
    [sameRuntime, "the runtime is not the pinned Bun, byte for byte"],
    [graph.argv.startsWith(`--preload=${OFFLINE_MODULE} --`), `the stored arguments are ${graph.argv}`],
    [graph.argv.split("--preload").length === 2, `the stored arguments are ${graph.argv}`],
    [graph.modules.some(({ name }) => name === OFFLINE_MODULE), `there is no module ${OFFLINE_MODULE}`],
    [entry.includes(JSON.stringify(OFFLINE_MODULE)), `the entry does not import ${OFFLINE_MODULE}`],
    [(graph.flags & CLOSED) === CLOSED, "it reads .env or bunfig.toml of the working directory"],
    [webUi !== undefined, "there is no web UI inside"],
    [Bun.deepEquals(policies, wanted), "the policy inside is not the one that was given"],
  ]
  const failed = checks.find(([held]) => !held)
  if (!failed) return webUi!
  throw new Failure({
    what: "What upstream's build script compiled is not what it should be",
    why: failed[1],
    next: "compare upstream's script/build.ts with patches/build-embed-offline.ts and offline/build/embed.ts",
  })
}

function named({ name, version, integrity }: { name: string; version: string; integrity: string }) {
  return { package: name, version, integrity }
}

function describeModels({ models }: Compiled): BuildRecord["models"] {
  const { from, providers, bytes } = models
  return { from, providers, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
}

function policyOf({ mode, allow, locked }: NonNullable<Compiled["policy"]>): BuildRecord["policy"] {
  return { mode, allow, locked }
}
