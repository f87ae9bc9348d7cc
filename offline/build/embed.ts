import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"
import { $, type BunPlugin, write } from "bun"
import type { CliTable, Embedded } from "../embedded.ts"
import { moduleNames } from "../modules.ts"
import { editPage, PAGE } from "./manifest.ts"
import { POLICY_MARK } from "./policy-mark.ts"
import { writePack } from "./write-pack.ts"

/** What `Bun.build` takes so that this code is in the executable, and runs ahead of OpenCode's. */
export interface OfflineBuild {
  entrypoint: string
  plugin: BunPlugin
  /** The first of the stored arguments. */
  preload: string
}

/** Upstream's opencode package. */
const PACKAGE = path.resolve(import.meta.dirname, "../../..")

const ENTRY = "./src/offline/index.ts"
const MODULE = moduleNames().gitIndex

/** How patched code imports this: in upstream's opencode package, and in its others. */
const IMPORTED = /^@\/offline$|^(\.\.\/)+opencode\/src\/offline$/

/** Upstream's header rules are for its own host, and maps are for debugging. */
const NOT_SERVED = /(^|\/)_headers$|\.map$/

/**
 * Builds the web UI from `packages/app`, and makes what upstream's build script passes to `Bun.build`. Patched code then
 * shares the one module that is run first, in each thread. Called by `script/build.ts`, for each target; it is built once.
 * OPENCODE_OFFLINE_COMMIT in the environment says which commit it is, OPENCODE_VERSION which version,
 * OPENCODE_OFFLINE_PATCH_SET of which version of this project the series is, and OPENCODE_OFFLINE_CLI what its command line has (JSON, a `CliTable`).
 */
export function embedOffline(): Promise<OfflineBuild> {
  made ??= make()
  return made
}

let made: Promise<OfflineBuild> | undefined

async function make(): Promise<OfflineBuild> {
  const text = embeddedText(await packApp(), process.env)
  return { entrypoint: ENTRY, plugin: plugin(text), preload: `--preload=${MODULE}` }
}

/** Runs the app's own build, and gives the path of a pack of all that it leaves. */
async function packApp(): Promise<string> {
  const app = path.resolve(PACKAGE, "../app")
  await $`bun run build`.cwd(app)
  const dist = path.join(app, "dist")
  const names = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: dist }))
  const served = names.filter((name) => !NOT_SERVED.test(name)).sort()
  const files = served.map(async (name) => ({
    path: `/${name}`,
    content: new Uint8Array(await readFile(path.join(dist, name))),
  }))
  const pack = path.join(PACKAGE, "dist/offline-web-ui.pack")
  await mkdir(path.dirname(pack), { recursive: true })
  await write(pack, await writePack((await Promise.all(files)).map(editPage), PAGE))
  return pack
}

/** The contents of `embedded.ts`: the bundler embeds the file, and gives its module a name. */
function embeddedText(pack: string, env: NodeJS.ProcessEnv): string {
  const { OPENCODE_OFFLINE_COMMIT: commit, OPENCODE_VERSION: version, OPENCODE_OFFLINE_CLI } = env
  const { OPENCODE_OFFLINE_PATCH_SET: patchSet } = env
  const cli = OPENCODE_OFFLINE_CLI === undefined ? undefined : (JSON.parse(OPENCODE_OFFLINE_CLI) as CliTable)
  const known: Embedded = { source: "git", commit, version, patchSet, cli, policy: POLICY_MARK.before }
  const names = JSON.stringify(known)
  return `import webUi from ${JSON.stringify(pack)} with { type: "file" }\nexport const embedded = { ...${names}, webUi }\n`
}

function plugin(embedded: string): BunPlugin {
  return {
    name: "offline",
    setup(build) {
      // The path is no builtin's name: Bun would give this module to a dependency that imports the builtin.
      build.onResolve({ filter: IMPORTED }, () => ({ path: "@/offline", namespace: "offline" }))
      build.onLoad({ filter: /./, namespace: "offline" }, () => ({
        contents: `export { Offline } from ${JSON.stringify(MODULE)}`,
        loader: "js",
      }))
      build.onResolve({ filter: /src\/offline\/index\.js$/ }, ({ path }) =>
        path === MODULE ? { path, external: true } : undefined,
      )
      build.onLoad({ filter: /src[\\/]offline[\\/]embedded\.ts$/ }, () => ({
        contents: embedded,
        loader: "ts",
      }))
    },
  }
}
