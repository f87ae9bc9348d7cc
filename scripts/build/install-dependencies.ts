import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../lib/errors.ts"
import type { Step } from "../lib/log.ts"
import { loadNpmOptions, registryOf } from "../lib/npm/config.ts"
import { proxyVariables, writeNpmHome } from "../lib/npm/npmrc.ts"
import { checkOut } from "../upstream/git/mirror.ts"
import { bringOutside, keepOutside } from "../upstream/git/outside-registries.ts"
import { runBun } from "../upstream/git/run-bun.ts"
import { LOOPBACK, withTarballs } from "../upstream/git/serve-tarballs.ts"
import { withoutLogins } from "../upstream/git/show-url.ts"
import type { Inputs } from "./acquire-inputs.ts"
import type { PatchedCheckout } from "./from-commit.ts"

/**
 * Upstream's layout of node_modules is Bun's isolated one; when a download fails while Bun 1.3.10 makes that, it waits
 * for ever. So everything is brought into the cache first, in a checkout of its own, by the other layout.
 */
const TO_CACHE = ["--linker=hoisted"]

/**
 * No script of a package's or of upstream's own is run. They set git's hooks and download Electron for the desktop app;
 * the build needs none, and upstream's own Nix build leaves them out, too.
 */
export const INSTALL = ["install", "--frozen-lockfile", "--ignore-scripts"]

/** By which Bun finds a mirror of GitHub, for dependencies that are not in a registry. */
const GITHUB = ["GITHUB_API_URL", "GITHUB_TOKEN"]

/**
 * Installs what the checkout's own lockfile names, by hash, with npm's settings: registry, scopes, logins, proxy, CA.
 * What is downloaded is kept in the cache, by its hash; Bun's own cache, which it trusts, is this build's alone. The logins
 * lie in a folder of the build's own, and only meanwhile.
 * @throws Failure when something cannot be had, or the lockfile is not the one of the checkout
 */
export async function installDependencies(
  checkout: PatchedCheckout,
  inputs: Inputs,
  options: { cache: string },
  step: Step,
): Promise<void> {
  const npm = await loadNpmOptions(process.cwd())
  const home = join(checkout.root, "../npm-home")
  const download = join(checkout.root, "../download")
  const unpacked = join(checkout.root, "../bun-cache")
  const given = GITHUB.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  const proxy = proxyVariables(npm)
  const env = {
    ...proxy,
    // For what withTarballs serves.
    NO_PROXY: [proxy.NO_PROXY, LOOPBACK].filter(Boolean).join(","),
    ...Object.fromEntries(given),
    BUN_INSTALL_CACHE_DIR: unpacked,
  }
  const install = async (cwd: string, ...args: string[]) => {
    const { ok, tail } = await runBun([...INSTALL, ...args], {
      bun: inputs.bun,
      cwd,
      home,
      env,
      onLine: step.update,
    })
    if (!ok) throw notInstalled(withoutLogins(tail), registryOf("opencode", npm))
  }
  try {
    await writeNpmHome(home, npm)
    await checkOut(checkout.commit.mirror, checkout.commit.commit, download)
    await bringOutside(unpacked, options.cache)
    await withTarballs(download, options, () => install(download, ...TO_CACHE))
    await rm(download, { recursive: true })
    await keepOutside(unpacked, options.cache)
    await withTarballs(checkout.root, options, () => install(checkout.root))
    step.result(`by ${checkout.commit.commit.slice(0, 12)}'s own lockfile`)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function notInstalled(tail: string, registry: string): Failure {
  return new Failure({
    what: "The dependencies that the commit's lockfile names could not be installed",
    why: `bun install --frozen-lockfile, with the registry ${registry}, ended with:\n        ${tail}`,
    next: "see whether npm reaches the registry (npm ping); what is not in a registry (GitHub) must be in reach too, or in a cache that was filled elsewhere: npm run build -- --source git --cache FOLDER",
  })
}
