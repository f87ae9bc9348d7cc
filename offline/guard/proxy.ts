import { NOWHERE } from "../children/environment.ts"
import { OfflineError } from "../error.ts"
import { bracketed, canonicalHost, localName } from "../policy/host.ts"
import { judge, type Policy } from "../policy.ts"
import {
  apply,
  defineProperty,
  endsWith,
  getOwnPropertyDescriptor,
  indexOf,
  parseUrl,
  slice,
  startsWith,
  toLowerCase,
  toText,
  trim,
  type UrlParts,
  withHostname,
} from "../primordials.ts"
import type { Decide } from "./decide.ts"
import { localAddress } from "./local-address.ts"
import { portOf } from "./url.ts"

/**
 * Decides on the proxy that a request will go through.
 * @param target where the request goes; already decided on, with the host that is dialled
 * @param given a proxy that the request itself names
 * @throws OfflineError when there is one that the policy does not allow
 */
export type CheckProxy = (target: UrlParts, given: string | undefined, api: string) => void

/** What the runtime holds of the variables that it takes proxies from. */
export type HeldProxies = Record<string, string | undefined>

const NAMES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]

/**
 * The runtime takes proxies from the environment once, at start. Some releases also take what is assigned to
 * `process.env` later, by setters of these variables, and keep it when the variable is deleted or hidden, or when another
 * object is put in the place of `process.env`. So what those setters are given is kept here, too; and the runtime is given
 * no proxy that is not allowed, as a program may assign one while it is asked for a request's headers.
 * @param env the environment that the process started with; of a worker, what the thread that started it held
 */
export function holdProxies(env: HeldProxies | NodeJS.ProcessEnv, isAllowed: IsAllowed): HeldProxies {
  const held: HeldProxies = { __proto__: null } as never
  let areAllowed = true
  for (let index = 0; index < NAMES.length; index++) {
    const name = NAMES[index]!
    const value = env[name]
    held[name] = value
    if (value && !isList(name) && !isAllowed(value)) areAllowed = false
  }
  for (let index = 0; index < NAMES.length; index++) holdVariable(NAMES[index]!, held, areAllowed, isAllowed)
  return held
}

/** Whether the policy allows a proxy; asked of one that nothing connects to yet. */
export type IsAllowed = (proxy: string) => boolean

export function allowsProxy(policy: Policy, proxy: string): boolean {
  const url = parseProxy(proxy)
  const host = url && canonicalHost(url.hostname)
  return host !== undefined && judge(policy, host, portOf(url!)).allowed
}

function holdVariable(name: string, held: HeldProxies, areAllowed: boolean, isAllowed: IsAllowed): void {
  const own = process.env
  const native = getOwnPropertyDescriptor(own, name)
  if (!native?.set || !native.get) return
  let refused: string | undefined
  defineProperty(own, name, {
    ...native,
    get: () => refused ?? apply(native.get!, own, []),
    set(value: unknown) {
      const text = withAddresses(name, toText(value))
      // With a proxy that is not allowed there is nothing but the exemptions that it started with.
      if (isList(name) && !areAllowed) return
      held[name] = text
      refused = isList(name) || text === "" || isAllowed(text) ? undefined : text
      if (refused === undefined) apply(native.set!, own, [text])
    },
  })
  const given = own[name]
  if (given === undefined || given !== held[name]) return
  // What closes the way of a program without a guard is not needed in one that has it.
  own[name] = given === NOWHERE ? "" : given
}

function isList(name: string): boolean {
  return toLowerCase(name) === "no_proxy"
}

/** A variable's value by which no name server is asked for `localhost`: as a proxy, and exempt from one. */
function withAddresses(name: string, value: string): string {
  if (!isList(name)) return addressed(value)
  return isExempt(value, "localhost") && !isExempt(value, "127.0.0.1") ? `${value},127.0.0.1,[::1]` : value
}

/** A proxy in the spelling that no name server is asked for: `localhost` by its address. */
export function addressed(proxy: string): string {
  const url = parseUrl(proxy)
  if (!url || localName(url.hostname) === undefined) return proxy
  return withHostname(url.href, bracketed(localAddress(portOf(url))))
}

/**
 * Nothing that a request says switches off the proxies that the runtime holds. So one that is not allowed refuses the
 * request, unless NO_PROXY surely exempts its host. The environment as it is now is decided on as well, for a runtime that
 * takes them from there in a way that is not known here.
 */
export function createProxyCheck(held: HeldProxies | NodeJS.ProcessEnv, decide: Decide): CheckProxy {
  return (target, given, api) => {
    if (given !== undefined && given !== "") {
      decideOn(given, { name: "the request's proxy", api }, decide)
      return
    }
    checkEnvironment(held, target, api, decide)
    checkEnvironment(process.env, target, api, decide)
  }
}

function checkEnvironment(env: HeldProxies, target: UrlParts, api: string, decide: Decide): void {
  const secure = target.protocol === "https:"
  const lower = secure ? env.https_proxy : env.http_proxy
  const upper = secure ? env.HTTPS_PROXY : env.HTTP_PROXY
  if (!lower && !upper) return
  const { hostname } = target
  if (isExempt(env.no_proxy ?? env.NO_PROXY, hostname) && isExempt(env.NO_PROXY ?? env.no_proxy, hostname))
    return
  const instead = `add ${hostname} to NO_PROXY, to go there without a proxy`
  if (lower) decideOn(lower, { name: secure ? "https_proxy" : "http_proxy", api, instead }, decide)
  if (upper) decideOn(upper, { name: secure ? "HTTPS_PROXY" : "HTTP_PROXY", api, instead }, decide)
}

function decideOn(
  proxy: string,
  { name, api, instead }: { name: string; api: string; instead?: string },
  decide: Decide,
): void {
  const url = parseProxy(proxy)
  if (!url?.hostname) throw new OfflineError(`${api} was blocked: ${name} is no URL, so its host is unknown`)
  decide({ host: url.hostname, port: portOf(url), api: `${api} through ${name}`, instead })
}

/** A proxy as the runtime takes it, which may be without a scheme. */
function parseProxy(proxy: string): UrlParts | undefined {
  return parseUrl(proxy) ?? parseUrl(`http://${proxy}`)
}

/** Whether an item of NO_PROXY names the host, or a domain that it lies in. Ports and blocks are left to fail. */
function isExempt(list: string | undefined, host: string): boolean {
  let rest = list ?? ""
  while (rest !== "") {
    const comma = indexOf(rest, ",")
    let item = toLowerCase(trim(comma === -1 ? rest : slice(rest, 0, comma)))
    rest = comma === -1 ? "" : slice(rest, comma + 1)
    if (item === "*") return true
    if (startsWith(item, ".")) item = slice(item, 1)
    if (item !== "" && (host === item || endsWith(host, `.${item}`))) return true
  }
  return false
}
