import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"
import { $, type BunPlugin, write } from "bun"
import type { Embedded } from "../embedded.ts"
import { editPage, PAGE } from "./manifest.ts"
import { moduleText } from "./module-text.ts"
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
const MODULE = "/$bunfs/root/src/offline/index.js"

/** Upstream's header rules are for its own host, and maps are for debugging. */
const NOT_SERVED = /(^|\/)_headers$|\.map$/

/**
 * Builds the web UI from `packages/app`, and makes what upstream's build script passes to `Bun.build`. Patched code then
 * shares the one module that is run first, in each thread. Called by `script/build.ts`, for each target; it is built once.
 *
 * From the environment: OPENCODE_OFFLINE_POLICY, a policy to be built in, and OPENCODE_OFFLINE_COMMIT, which commit it is.
 */
export function embedOffline(): Promise<OfflineBuild> {
  made ??= make()
  return made
}

let made: Promise<OfflineBuild> | undefined

async function make(): Promise<OfflineBuild> {
  const embedded: Embedded = {
    source: "git",
    commit: process.env.OPENCODE_OFFLINE_COMMIT,
    webUi: await packApp(),
    policy: process.env.OPENCODE_OFFLINE_POLICY,
  }
  return { entrypoint: ENTRY, plugin: plugin(embedded), preload: `--preload=${MODULE}` }
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

function plugin(embedded: Embedded): BunPlugin {
  return {
    name: "offline",
    setup(build) {
      build.onResolve({ filter: /^@\/offline$/ }, () => ({ path: "module", namespace: "offline" }))
      build.onLoad({ filter: /^module$/, namespace: "offline" }, () => ({
        contents: `export { Offline } from ${JSON.stringify(MODULE)}`,
        loader: "js",
      }))
      build.onResolve({ filter: /^\/\$bunfs\/root\/src\/offline\// }, (args) => ({
        path: args.path,
        external: true,
      }))
      build.onLoad({ filter: /src[\\/]offline[\\/]embedded\.ts$/ }, () => ({
        contents: moduleText(embedded, true),
        loader: "ts",
      }))
    },
  }
}
