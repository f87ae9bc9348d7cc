import { realpath } from "node:fs/promises"
import { dirname } from "node:path"
import Config from "@npmcli/config"
import npmDefinitions from "@npmcli/config/lib/definitions/index.js"

/** npm's settings, in the form that pacote takes them: registry, scopes, logins, proxy, CA, retries, time-outs. */
export type NpmOptions = Record<string, unknown>

/**
 * Reads npm's settings as npm itself would when called in `cwd`: `npm_config_*` variables, then the project's, the
 * user's, the global and npm's built-in npmrc. Throws npm's ERR_INVALID_AUTH when a login is stored in a form that
 * npm no longer takes. Unknown keys and deprecations are not reported: npm does that.
 */
export async function loadNpmOptions(cwd: string, env = process.env): Promise<NpmOptions> {
  const { definitions, shorthands, flatten, nerfDarts } = npmDefinitions
  const config = new Config({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    npmPath: await findNpm(env),
    execPath: await findNode(env),
    argv: [],
    cwd,
    env: { ...env }, // a copy: loading sets npm_config_* variables in it
    warn: false,
  })
  await config.load()
  config.validate()
  return config.flat
}

/** The registry that npm would ask for the package `name`, without any login in the URL: fit to be printed. */
export function registryOf(name: string, options: NpmOptions): string {
  const scope = name.startsWith("@") ? name.slice(0, name.indexOf("/")) : undefined
  const url = new URL(String((scope && options[`${scope}:registry`]) || options.registry))
  url.username = ""
  url.password = ""
  return url.href
}

/** npm's own folder holds the built-in npmrc. `npm run` says where it is. */
async function findNpm(env: NodeJS.ProcessEnv): Promise<string> {
  const cli = env.npm_execpath?.endsWith("npm-cli.js") ? env.npm_execpath : Bun.which("npm")
  return cli ? dirname(dirname(await realpath(cli))) : import.meta.dirname
}

/** npm takes the folder of the global npmrc from where Node is, and this runs in Bun. */
async function findNode(env: NodeJS.ProcessEnv): Promise<string> {
  const node = env.npm_node_execpath ?? Bun.which("node")
  return node ? realpath(node) : process.execPath
}
