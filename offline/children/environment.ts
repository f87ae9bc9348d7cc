import { OfflineError } from "../error.ts"
import type { Decide } from "../guard/decide.ts"
import { charCodeAt, indexOf, plain, toText } from "../primordials.ts"
import { STATE, type StateFolder } from "../state-folder.ts"

/** What a child is started with. */
export type Environment = Record<string, string | undefined>

/** What a child is told, and what is asked about it. */
export interface ChildHandover {
  /** Asked about the hosts that git is given. */
  decide: Decide
  /** The module that this code lies in. */
  module: string
  /** Variables that tell that module, in a child, what this process resolved. */
  env: Record<string, string>
  /** The environment that the process started with. */
  atStart: NodeJS.ProcessEnv
  /** The folder of state that only OpenCode itself uses. */
  state?: StateFolder
}

/** Makes the runtime be Bun itself, and skip all that the executable holds. */
export const AS_BUN = "BUN_BE_BUN"

/** Port 9 on loopback: nothing listens there, so whatever asks is refused at once. */
export const NOWHERE = "http://127.0.0.1:9/"

/** Whether the runtime takes a variable for set. */
export function isSet(value: unknown): boolean {
  const text = toText(value ?? "")
  return text !== "" && text !== "0" && text !== "false"
}

/**
 * An environment as the runtime is to have it: each variable read once, and text.
 * @throws OfflineError for a name with an equals sign: the child would see another variable
 */
export function readEnvironment(given: object): Environment {
  const read = plain(given as Environment)
  for (const name in read) {
    if (indexOf(name, "=", 1) !== -1)
      throw new OfflineError(
        "A child was not run: OpenCode is offline, and the name of a variable has an equals sign in it",
      )
    if (read[name] !== undefined) read[name] = toText(read[name])
  }
  return read
}

/** What a child inherits, with the user's folder of state in place of the one that only OpenCode itself uses. */
export function inherited(env: Environment, { state }: Pick<ChildHandover, "state">): Environment {
  return state && env[STATE] === state.own ? plain(env, { [STATE]: state.users }) : env
}

/** For what is, or may start, this executable as Bun: the guard runs first, and there is no registry. */
export function bunEnvironment(
  { preload, config }: { preload: string; config: string },
  handover: ChildHandover,
): Environment {
  return {
    // Without a configuration of its own, a bunfig.toml in the working directory has its preload run and not ours.
    BUN_OPTIONS: `${option("--preload", preload)} ${option("--config", config)} --no-env-file --no-install --no-macros`,
    NPM_CONFIG_REGISTRY: NOWHERE,
    npm_config_registry: NOWHERE,
    npm_config_offline: "true",
    BUN_CONFIG_REGISTRY: NOWHERE,
    ...NO_DEBUGGER,
    ...handover.env,
    OPENCODE_OFFLINE: "1",
  }
}

/**
 * An option as a word of `BUN_OPTIONS`. Bun takes quotes around a whole word, and none within.
 * @throws OfflineError for a path that cannot be said there: the child would run without the guard
 */
export function option(name: string, file: string): string {
  for (let index = 0; index < file.length; index++) {
    const code = charCodeAt(file, index)
    if (code === QUOTE || code === BACKSLASH || code < BLANK)
      throw new OfflineError(
        `A child was not run: OpenCode is offline, and the temporary folder has a quote, a backslash or a line's end in its name (${file})`,
      )
  }
  return `"${name}=${file}"`
}

const [BLANK, QUOTE, BACKSLASH] = [0x20, 0x22, 0x5c]

/** For this executable as OpenCode. What decides on the policy is as it was when this process started. */
export function opencodeEnvironment(env: Environment, handover: ChildHandover): Environment {
  const { OPENCODE_OFFLINE_ALLOW, BUN_OPTIONS } = handover.atStart
  return plain(env, {
    ...NO_DEBUGGER,
    ...handover.env,
    OPENCODE_OFFLINE: "1",
    OPENCODE_OFFLINE_ALLOW,
    BUN_OPTIONS,
  })
}

/** With these the runtime connects to a debugger by itself, ahead of any code. */
const NO_DEBUGGER: Environment = {
  BUN_INSPECT: undefined,
  BUN_INSPECT_CONNECT_TO: undefined,
  BUN_INSPECT_NOTIFY: undefined,
}

/** For programs that are not this executable, and may start it. */
export const CLOSED_PROXIES: Environment = {
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  http_proxy: NOWHERE,
  https_proxy: NOWHERE,
  NO_PROXY: "localhost,127.0.0.1,::1",
  no_proxy: "localhost,127.0.0.1,::1",
}
