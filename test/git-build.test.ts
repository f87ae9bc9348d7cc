import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { readModuleGraph, writeExecutable, writeModuleGraph } from "../scripts/container/index.ts"
import { OUTPUTS } from "../scripts/emit/outputs.ts"
import { replaceCode } from "../scripts/harness/probe-executable.ts"
import { runIsolated } from "../scripts/harness/run-opencode.ts"
import { hostsTried, serve, serverUrl } from "../scripts/harness/scenarios.ts"
import { namespacePrefix } from "../scripts/isolation/namespace.ts"
import { BUN_LOCK, readBunLock } from "../scripts/lib/npm/bun-lock.ts"
import { readPackages } from "../scripts/lib/npm/read-packages.ts"
import { run } from "../scripts/lib/process.ts"
import { pinName, pinnedTarget } from "../scripts/pins/pin.ts"
import { type BuildRecord, readBuildRecord } from "../scripts/record/build-record.ts"
import { TARGETS } from "../scripts/upstream/target.ts"
import { probeFile } from "./isolated/lib/guard-executable.ts"
import { notRefused, type Place, places, runProbe, there } from "./isolated/lib/guard-run.ts"
import { vectors } from "./isolated/lib/guard-vectors.ts"
import { runEach } from "./isolated/lib/run-each.ts"
import { catalogue } from "./lib/catalogue.ts"
import { type GitProject, LOGIN, leftIn, makeGitProject } from "./lib/git-project.ts"
import { once } from "./lib/once.ts"
import { runsAll, sample } from "./lib/sampling.ts"
import { FOLDER, must, TAG } from "./lib/stand-in-upstream.ts"
import { gitPin, target } from "./lib/stock.ts"
import { versionOf } from "./lib/version.ts"

// From a fetch over smart HTTP to the compiled executable in a network of its own, on a stand-in for upstream.

/** Runs the command in its arguments in a network namespace whose loopback is up, as it is on any machine. */
const WITH_LOOPBACK = `
  (await import(${JSON.stringify(join(import.meta.dirname, "../scripts/isolation/netlink.ts"))})).bringLoopbackUp()
  process.exit(Bun.spawnSync(process.argv.slice(1), { stdio: ["ignore", "inherit", "inherit"] }).exitCode)`

let project: GitProject
let built: Awaited<ReturnType<GitProject["buildGit"]>>
const PIN = ["--pin", pinName(gitPin)]
const { bun } = pinnedTarget(gitPin, target.name)
let release: string
let executable: string
let record: BuildRecord

beforeAll(async () => {
  project = await makeGitProject()
  built = await project.buildGit()
  release = join(project.folder, `dist/${pinName(gitPin)}-${target.name}-git`)
  executable = join(release, "opencode")
  if (built.exitCode !== 0) throw new Error(built.stderr)
  record = await readBuildRecord(join(release, "build.json"))
})

afterAll(() => project?.remove())

/** A dependency of the stand-in's that its code imports. */
function zod() {
  const locked = readBunLock(readFileSync(join(FOLDER, BUN_LOCK), "utf8"))
  return [...locked.values()].find(({ name }) => name === "zod")!
}

/** Puts a package with other code where Bun looks for it before it asks the network. */
async function poison(folder: string) {
  const [files] = await readPackages([zod()], { cache: project.cache })
  for (const { path, data } of files!) {
    const file = join(folder, `zod@${zod().version}@@@1`, path)
    await mkdir(dirname(file), { recursive: true })
    await rm(file, { force: true })
    const foreign = /\.[cm]?js$/.test(path) ? "globalThis.foreign = true;" : ""
    await writeFile(file, `${foreign}${Buffer.from(data)}`)
  }
}

/** Kills a build half-way; gives what the release says then. */
const killed = once(async () => {
  const words = ["build.ts", ...PIN, "--source", "git", "--cache", project.cache]
  const child = Bun.spawn([process.execPath, ...words], {
    cwd: project.folder,
    stdout: "ignore",
    stderr: "ignore",
  })
  const compiling = new Bun.Glob("tmp/*/opencode/packages/opencode/src/provider/models-snapshot.ts")
  const begun = async () => (await Array.fromAsync(compiling.scan({ cwd: project.cache }))).length > 0
  while (child.exitCode === null && !(await begun())) await Bun.sleep(5)
  child.kill("SIGKILL")
  const exitCode = await child.exited
  return { exitCode, left: await readBuildRecord(join(release, "build.json")) }
})

/** The build after the one that was killed: in a network of its own, with other code in Bun's cache. */
const buildAgain = once(async () => {
  await killed()
  await poison(join(project.cache, "bun"))
  const prefix = await namespacePrefix()
  const words = ["build.ts", ...PIN, "--source", "git", "--cache", project.cache, "--json"]
  const proxy = "http://127.0.0.1:9/"
  const env = { ...process.env, npm_config_proxy: proxy, npm_config_https_proxy: proxy }
  const { exitCode, stdout, stderr } = await run(
    prefix[0]!,
    [...prefix.slice(1), process.execPath, "-e", WITH_LOOPBACK, process.execPath, ...words],
    { cwd: project.folder, env },
  )
  const [left] = await leftIn(project.cache)
  await rm(join(project.cache, "tmp", left!), { recursive: true })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
})

/** The quick one, which builds nothing. */
function verify(file: string) {
  const words = ["scripts/commands/verify.ts", "--record-only", file, "--cache", project.cache]
  return run(process.execPath, words, { cwd: project.folder, env: process.env })
}

describe("a build from git", () => {
  test("makes a release with the files that one from the release source has, by their sums", async () => {
    const sums = (await readFile(join(release, "SHA256SUMS"), "utf8")).trim().split("\n")
    for (const line of sums) {
      const [sha256, file] = line.split("  ") as [string, string]
      const bytes = await readFile(join(release, file))
      expect(createHash("sha256").update(bytes).digest("hex"), file).toBe(sha256)
    }
    const names = sums.map((line) => line.split("  ")[1]!)
    const patches = record.patches.map(({ name }) => `patches/${name}.diff`)
    expect(names.sort()).toEqual(
      [
        ...["opencode", "build.json", "materials.json", "unchanged-modules.txt"],
        ...OUTPUTS.flatMap(({ files }) => files),
        ...patches,
      ].sort(),
    )
  })

  test("records the source, the commit and its trees, a commit a patch, and no login", async () => {
    expect(record).toMatchObject({
      source: "git",
      git: {
        url: project.url.replace(`${LOGIN}@`, ""),
        commit: project.commit,
        tree: await must(project.upstream, ["rev-parse", `${project.commit}^{tree}`]),
      },
      runtime: { equal: true },
      models: { from: "upstream" },
      webUi: { folder: "packages/app", files: 4 },
    })
    expect(record.patches.every(({ commit }) => /^[0-9a-f]{40}$/.test(commit ?? ""))).toBe(true)
    expect(JSON.stringify(record) + built.stdout + built.stderr).not.toContain("s3cret")
  })

  test("is what its record says, and a changed byte of its code or its Bun is found", async () => {
    const sound = await verify(executable)
    expect(sound).toMatchObject({ exitCode: 0, stderr: "" })
    expect(sound.stdout).toContain(`source:    git, commit ${project.commit}`)
    const bytes = await readFile(executable)
    const { modules, entry } = readModuleGraph(bytes)
    const { name, contents } = modules[entry]!
    for (const at of [contents.byteOffset - bytes.byteOffset + 100, 50_000_000]) bytes[at]! ^= 1
    const tampered = join(project.folder, "tampered")
    await mkdir(tampered)
    await copyFile(join(release, "build.json"), join(tampered, "build.json"))
    await writeFile(join(tampered, "opencode"), bytes)
    const { exitCode, stdout } = await verify(join(tampered, "opencode"))
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`sha256 of ${name}: found`)
    expect(stdout).toContain(`the runtime differs from ${bun.name}@${bun.version} at byte 50000000`)
  })

  test("leaves no checkout behind, and nothing in a repository of the person's", async () => {
    expect(await leftIn(project.cache)).toEqual([])
    expect(await must(project.upstream, ["status", "--porcelain"])).toBe("")
  })

  test("needs no network and no proxy when the cache is warm, and then has the same bytes, whatever a cache of Bun's holds", async () => {
    const { exitCode, stdout, stderr } = await buildAgain()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    const again = JSON.parse(stdout) as BuildRecord
    expect(again.git!.patched).toEqual(record.git!.patched)
    expect(again.executable.sha256).toBe(record.executable.sha256)
  })

  test("does not start when the policy was taken out of it, though it decides nothing", async () => {
    const graph = readModuleGraph(await readFile(executable))
    const modules = graph.modules.filter(({ name }) => !name.endsWith("/offline-policy.json"))
    expect(modules).toHaveLength(graph.modules.length - 1)
    const entry = modules.indexOf(graph.modules[graph.entry]!)
    const without = join(project.folder, "without-policy")
    await writeExecutable(without, writeModuleGraph({ ...graph, modules, entry }))
    expect(await runIsolated({ executable: without, args: ["--version"] })).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("The policy inside this executable is damaged"),
    })
  })

  // Without patches it is made sooner, and the core alone is seen to be enough.
  test("with the core alone puts a policy and an organisation's catalogue inside, and names what it leaves out", async () => {
    // What a project would run is left out by a patch, so a lock has to let it.
    const policy = { mode: "always", allow: ["llm.corp:443"], locked: true, projectCode: "allow" }
    await writeFile(join(project.folder, "policy.json"), JSON.stringify(policy))
    await writeFile(join(project.folder, "models.json"), catalogue("acme", "https://llm.corp/v1"))
    const args = [
      "--core-only",
      "--policy",
      "policy.json",
      "--models",
      "models.json",
      "--out",
      "own",
      "--json",
    ]
    const { exitCode, stdout, stderr } = await project.buildGit(args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    const core = JSON.parse(stdout) as BuildRecord
    expect(core.patches.map(({ name }) => name)).toEqual(["build-embed-offline"])
    expect(core.leftOut).toContainEqual({ name: "packages-no-install", why: "--core-only" })
    const { each, attempts } = await runEach(
      { executable: join(project.folder, "own/opencode") },
      {
        version: ["--version"],
        models: ["models"],
        main: ["ask", "main", "http://llm.corp/"],
        worker: ["ask", "worker", "http://llm.corp/"],
      },
    )
    expect(each).toMatchObject({
      version: { stdout: versionOf("always-locked(-[0-9a-f]{8})?", gitPin) },
      models: { stdout: "acme\n" },
      main: { stdout: "outcome: ERR_OPENCODE_OFFLINE\n" },
      worker: { stdout: "outcome: ERR_OPENCODE_OFFLINE\n" },
    })
    expect(attempts).toEqual([])
  })
})

describe("a build from git that was killed half-way", () => {
  test("leaves the last release as it was, and the next one is done", async () => {
    const { exitCode, left } = await killed()
    expect(exitCode).not.toBe(0)
    expect(left).toEqual(record)
    expect(await buildAgain()).toMatchObject({ exitCode: 0 })
  })
})

const WAYS = ["main", "socket", "worker", "dependency"]

/** What the executable is asked to do, by words that the answers go by. */
const COMMANDS: Record<string, string[]> = {
  ...Object.fromEntries(WAYS.map((where) => [where, ["ask", where, `http://${where}.example/`]])),
  inside: ["draw", "python", 'def f(): return "x"'],
  "not inside": ["draw", "cobol", "STOP RUN."],
  version: ["--version"],
  search: ["search"],
  offline: ["offline"],
  json: ["offline", "--json"],
}

const off = once(() => runEach({ executable }, COMMANDS))
const on = once(() => runEach({ executable, env: { OPENCODE_OFFLINE: "1" } }, COMMANDS))

describe("an executable from git, in a network of its own", () => {
  test("with the switch off connects from everywhere, asks for the grammar that is not inside, and for nothing else", async () => {
    expect(hostsTried(await off())).toEqual(
      [...WAYS.map((where) => `${where}.example`), "grammars.example"].sort(),
    )
  })

  test("offline refuses all of that, and connects to nothing", async () => {
    const { attempts, each } = await on()
    expect(attempts).toEqual([])
    for (const where of WAYS) expect(each[where]!.stdout, where).toBe("outcome: ERR_OPENCODE_OFFLINE\n")
    expect(each["not inside"]).toMatchObject({ exitCode: 0, stdout: "drawn: \n" })
  })

  test.each([
    ["off", off],
    ["on", on],
  ])(
    "with the switch %s prints its version, colours code by the grammar inside, in the worker of a dependency, and runs the ripgrep inside",
    async (_, run) => {
      const { each } = await run()
      expect(each.version!.stdout).toEqual(versionOf(undefined, gitPin))
      expect(each.inside!.stdout).toContain('drawn: "x"=string def=keyword f=function')
      expect(each.search!.stdout).toMatch(/^ripgrep \d/)
    },
  )

  test("says that it was built from git, and from which commit", async () => {
    const { each } = await on()
    expect(each.offline!.stdout).toContain(`Built from git, commit ${project.commit}.`)
    expect(JSON.parse(each.json!.stdout).build).toEqual({
      mode: "opt-in",
      locked: false,
      source: "git",
      commit: project.commit,
    })
  })

  test("leaves no native library in the temporary folder when it draws nothing", async () => {
    const env = { TMPDIR: "tmp", BUN_TMPDIR: "tmp" }
    const files = { "tmp/.keep": "" }
    const { exitCode, ...left } = await runIsolated({ executable, args: ["endpoints"], env, files })
    expect(exitCode).toBe(0)
    expect(left.files.filter((file) => file.endsWith(".so"))).toEqual([])
    expect(left.stdout).toBe("endpoints of 39 areas\n")
  })

  // Offline that of the newest 1.x does: git-build-effect.test.ts.
  test.each(sample<Record<string, string>>([{}, { OPENCODE_OFFLINE: "1" }]))(
    "serves the web UI itself, proxying nothing, with %p",
    async (env) => {
      const seen: Record<string, string> = {}
      const { attempts } = await serve({ executable, env }, async ({ fetch }) => {
        for (const path of ["/", "/assets/inter-AbCd12_x.woff2", "/none", "/_headers", "/x.js.map"]) {
          const response = await fetch(serverUrl + path, { headers: { accept: "*/*" } })
          seen[path] = `${response.status} ${response.headers.get("content-type")}`
          if (path === "/") expect(await response.text()).toContain('crossorigin="use-credentials"')
        }
      })
      expect(seen).toEqual({
        "/": "200 text/html; charset=utf-8",
        "/assets/inter-AbCd12_x.woff2": "200 font/woff2",
        "/none": "404 application/json;charset=utf-8",
        "/_headers": "404 application/json;charset=utf-8",
        "/x.js.map": "404 text/plain; charset=utf-8",
      })
      expect(attempts).toEqual([])
    },
  )
})

// The guard as upstream's build script compiles it: not one bundle of ours, but modules that Bun's bundler put together.
describe("the guard of an executable from git", () => {
  const ids = Object.keys(vectors)
  let probe: string
  beforeAll(async () => {
    probe = await replaceCode(executable, probeFile("guard-probe.ts"))
  })
  afterAll(() => rm(dirname(probe), { recursive: true }))

  test.each(Object.keys(places) as Place[])(
    "sends no packet by any vector when the switch is on, and refuses each at once, in the %s",
    async (place) => {
      const run = await runProbe(probe, place, ["--offline"])
      expect(run.attempts).toEqual([])
      expect({ wrong: notRefused(run), ids: run.outcomes.map(({ id }) => id) }).toEqual({ wrong: [], ids })
    },
  )

  test.each(sample(Object.keys(places) as Place[]))(
    "lets every vector out when the switch is off, in the %s",
    async (place) => {
      const run = await runProbe(probe, place, [])
      expect(run.leaked).toEqual(there(run))
    },
  )
})

describe("a build from git that cannot be done says what, why and what next, and takes no other source", () => {
  async function refused(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await project.buildGit([...args, "--out", "refused"], env)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect((await readdir(project.folder)).filter((name) => name.startsWith("refused"))).toEqual([])
    expect(await leftIn(project.cache)).toEqual([])
    return stderr
  }

  /** Has the pin name a commit of the stand-in that is changed in one file. */
  async function changed(file: string, change: (text: string) => string, body: () => Promise<void>) {
    await project.pinCommit(await project.commitChange(file, change))
    await body().finally(() => project.pinCommit(project.commit))
  }

  /** For what is found behind the patches: without most of them it is so sooner. */
  const CORE = ["--core-only"]

  test("for an origin that cannot be reached", async () => {
    const cache = await project.newCache()
    const message = await refused(["--git-url", `http://${LOGIN}@127.0.0.1:9/none.git`, "--cache", cache])
    expect(message).toContain("Nothing could be fetched from http://127.0.0.1:9/none.git")
    expect(message).toContain("--git-url URL|PATH|BUNDLE")
    expect(message).not.toContain("s3cret")
  })

  test("for a commit that the origin has not, though its tag is there", async () => {
    await project.pinCommit("0123456789".repeat(4))
    const message = await refused([]).finally(() => project.pinCommit(project.commit))
    expect(message).toContain("does not hold the commit 0123456789")
    expect(message).toContain(`its tag ${TAG} points at ${project.commit}`)
  })

  test("for a dependency that the cache has not, and a registry that cannot be reached", async () => {
    const another = (text: string) => text.replace(/(\["zod@.*"sha512-)..../, "$1AAAA")
    await changed("bun.lock", another, async () => {
      const settings = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" }
      const message = await refused(CORE, settings)
      expect(message).toContain(`zod@${zod().version}`)
      expect(message).toContain("http://127.0.0.1:9/")
    })
  })

  test("for a dependency that is patched and cannot be had", async () => {
    const cache = await project.newCache()
    await rm(join(cache, "npm"))
    const settings = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" }
    const message = await refused(["--cache", cache], settings)
    expect(message).toMatch(/@(opentui\/core|octokit\/plugin-rest-endpoint-methods)@/)
    expect(message).toContain("http://127.0.0.1:9/")
  })

  test("for a dependency of another shape", async () => {
    const other = (text: string) => text.replace('["@opentui/core@0.1.87"', '["@opentui/core@workspace:core"')
    await changed("bun.lock", other, async () => {
      const message = await refused([])
      expect(message).toContain("The patch tui-use-grammars-inside does not apply")
      expect(message).toContain("node_modules/@opentui/core/ of the git tree")
    })
  })

  test("for a network without a loopback", async () => {
    const prefix = await namespacePrefix()
    const words = [
      "build.ts",
      ...PIN,
      "--source",
      "git",
      "--cache",
      project.cache,
      "--out",
      "refused",
      ...CORE,
    ]
    const { exitCode, stderr } = await run(prefix[0]!, [...prefix.slice(1), process.execPath, ...words], {
      cwd: project.folder,
      env: process.env,
    })
    expect(String(stderr)).toContain("ip link set lo up")
    expect(exitCode).toBe(2)
  })

  test("for a lockfile that does not name what the commit asks for", async () => {
    const more = (text: string) =>
      text.replace('"yargs": "workspace:*"', '"yargs": "workspace:*", "semver": "7.0.0"')
    await changed("packages/opencode/package.json", more, async () => {
      expect(await refused(CORE)).toContain("lockfile had changes, but lockfile is frozen")
    })
  })

  test("for a build script that fails, with what it said", async () => {
    const failing = (text: string) =>
      text.replace("const root =", 'throw new Error("no room for " + "the result")\nconst root =')
    await changed("packages/opencode/script/build.ts", failing, async () => {
      const message = await refused(CORE)
      expect(message).toContain("Upstream's build script failed")
      expect(message).toContain("no room for the result")
    })
  })

  test("for a build script that asks the network for the catalogue", async () => {
    let requests = 0
    using network = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => Response.json({ count: ++requests }),
    })
    const asking = (text: string) =>
      text
        .replaceAll("MODELS_DEV_API_JSON", "ANOTHER_NAME")
        .replace("127.0.0.1:9", `127.0.0.1:${network.port}`)
    await changed("packages/opencode/script/build.ts", asking, async () => {
      expect(await refused(CORE)).toContain("Upstream's build script failed")
    })
    expect(requests).toBe(0)
  })

  test("for a build script that stores arguments of its own in the place of the guard's", async () => {
    const overriding = (text: string) =>
      text.replace(
        "entrypoints:",
        `...{ compile: { target: 'bun-${target.name}', outfile } as any },\n    entrypoints:`,
      )
    await changed("packages/opencode/script/build.ts", overriding, async () => {
      expect(await refused(CORE)).toContain("What upstream's build script compiled is not what it should be")
    })
  })

  test("for a build script by which another entry is the one that is run", async () => {
    // Bun puts an entry that a plugin looks for behind those that none does.
    const looking = (text: string) =>
      text
        .replace(
          "setup() {}",
          "setup(build: any) { build.onResolve({ filter: /index\\.ts$/ }, () => undefined) }",
        )
        .replace('[outfile, "--version"]', '["true"]')
    await changed("packages/opencode/script/build.ts", looking, async () => {
      expect(await refused(CORE)).toMatch(/what is run is \S+worker\.js, not \S+\/src\/index\.js/)
    })
  })

  // What is compiled and then found wrong is told by a rule (scripts/build/check-compiled.test.ts); two of it are above. A place that
  // is not found is in git-build-effect.test.ts, too.
  if (runsAll) {
    test("for a tree-sitter that is not the one that the grammars were tried with", async () => {
      // Not written over: it is the file in Bun's cache, too.
      const another = (text: string) =>
        text.replace(
          "const worker =",
          `const sitter = path.join(fs.realpathSync(path.join(parser, "../../../web-tree-sitter")), "tree-sitter.wasm")
fs.rmSync(sitter)
fs.writeFileSync(sitter, "another")
const worker =`,
        )
      await changed("packages/opencode/script/build.ts", another, async () => {
        expect(await refused([])).toContain("its tree-sitter is not the release's")
      })
    })

    test.each([
      ["autoloadDotenv: false", "it reads .env"],
      ["autoloadPackageJson: true", "its flags are 11, not 3"],
    ])("for a build script without %s, which the release was made with", async (option, why) => {
      const without = (text: string) => text.replace(`${option},`, "")
      await changed("packages/opencode/script/build.ts", without, async () => {
        expect(await refused(CORE)).toContain(why)
      })
    })

    test("for a place that a patch does not find", async () => {
      const moved = (text: string) => text.replaceAll("FormatError", "Format")
      await changed("packages/opencode/src/cli/error.ts", moved, async () => {
        const message = await refused([])
        expect(message).toContain("The patch error-show-offline does not apply")
        expect(message).toContain("of the git tree")
      })
    })
  }

  test("for a web UI that does not build", async () => {
    const failing = (text: string) => `throw new Error("the page cannot be made")\n${text}`
    await changed("packages/app/script/build.ts", failing, async () => {
      expect(await refused(CORE)).toContain("the page cannot be made")
    })
  })

  test("for a target that is not this platform", async () => {
    const other = TARGETS.find(({ name }) => name !== target.name)!.name
    expect(await refused(["--target", other])).toContain(`cannot be built for ${other} here`)
  })

  test("for a disk that is full while the commit is fetched", async () => {
    const prefix = await namespacePrefix()
    const git = join(await project.newCache(), "git")
    const shell =
      'mkdir "$0" && mount -t tmpfs -o size=64k tmpfs "$0" && mkdir "$0/../tmp" && mount --bind "$0" "$0/../tmp" && "$@"'
    const words = [
      "build.ts",
      ...PIN,
      "--source",
      "git",
      "--git-url",
      project.upstream,
      "--cache",
      join(git, ".."),
    ]
    const { exitCode, stderr } = await run(
      prefix[0]!,
      [...prefix.slice(1), "sh", "-c", shell, git, process.execPath, ...words, "--out", "refused"],
      { cwd: project.folder, env: process.env },
    )
    expect(String(stderr)).toContain("is full")
    expect(exitCode).toBe(2)
  })

  test("for a disk that is full while the commit is checked out", async () => {
    const prefix = await namespacePrefix()
    const cache = await project.newCache()
    // As a build leaves it that has fetched the commit.
    await cp(join(project.cache, "git"), join(cache, "git"), { recursive: true })
    await mkdir(join(cache, "tmp"))
    const shell = 'mount -t tmpfs -o size=64k tmpfs "$0" && "$@"'
    const words = ["build.ts", ...PIN, "--source", "git", "--cache", cache, "--out", "refused"]
    const { exitCode, stderr } = await run(
      prefix[0]!,
      [...prefix.slice(1), "sh", "-c", shell, join(cache, "tmp"), process.execPath, ...words],
      { cwd: project.folder, env: process.env },
    )
    expect(String(stderr)).toMatch(/could not be checked out[\s\S]*No space left[\s\S]*next: make room/)
    expect(exitCode).toBe(2)
  })

  test("for an origin that is named without asking for git", async () => {
    const { exitCode, stderr } = await project.build(["--git-url", project.url])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("--git-url says where a commit is, but the release source has none")
    expect(stderr).not.toContain("s3cret")
  })
})
