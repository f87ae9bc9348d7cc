import { OfflineError } from "../error.ts"
import {
  endsWith,
  indexOf,
  parseUrl,
  slice,
  startsWith,
  toLowerCase,
  trim,
  type UrlParts,
} from "../primordials.ts"
import type { Decide } from "./decide.ts"
import { portOf } from "./url.ts"

/**
 * Decides on the proxy that a request will go through.
 * @param target where the request goes; already decided on
 * @param given a proxy that the request itself names
 * @throws OfflineError when there is one that the policy does not allow
 */
export type CheckProxy = (target: UrlParts, given: string | undefined, api: string) => void

/**
 * Bun takes proxies from the environment, some releases at start and some at every request, and nothing that a request
 * says switches that off. So a proxy that is not allowed refuses the request, unless NO_PROXY surely exempts its host.
 */
export function createProxyCheck(atStart: NodeJS.ProcessEnv, decide: Decide): CheckProxy {
  return (target, given, api) => {
    if (given !== undefined && given !== "") {
      decideOn(given, { name: "the request's proxy", api }, decide)
      return
    }
    checkEnvironment(atStart, target, api, decide)
    checkEnvironment(process.env, target, api, decide)
  }
}

function checkEnvironment(env: NodeJS.ProcessEnv, target: UrlParts, api: string, decide: Decide): void {
  const secure = target.protocol === "https:"
  const lower = secure ? env.https_proxy : env.http_proxy
  const upper = secure ? env.HTTPS_PROXY : env.HTTP_PROXY
  if (!lower && !upper) return
  if (isExempt(env.no_proxy ?? env.NO_PROXY, target) && isExempt(env.NO_PROXY ?? env.no_proxy, target)) return
  const instead = `add ${target.hostname} to NO_PROXY, to go there without a proxy`
  if (lower) decideOn(lower, { name: secure ? "https_proxy" : "http_proxy", api, instead }, decide)
  if (upper) decideOn(upper, { name: secure ? "HTTPS_PROXY" : "HTTP_PROXY", api, instead }, decide)
}

function decideOn(
  proxy: string,
  { name, api, instead }: { name: string; api: string; instead?: string },
  decide: Decide,
): void {
  const url = parseUrl(proxy) ?? parseUrl(`http://${proxy}`)
  if (!url?.hostname) throw new OfflineError(`${api} was blocked: ${name} is no URL, so its host is unknown`)
  decide({ host: url.hostname, port: portOf(url), api: `${api} through ${name}`, instead })
}

/** Whether an item of NO_PROXY names the host, or a domain that it lies in. Ports and blocks are left to fail. */
function isExempt(list: string | undefined, target: UrlParts): boolean {
  let rest = list ?? ""
  while (rest !== "") {
    const comma = indexOf(rest, ",")
    let item = toLowerCase(trim(comma === -1 ? rest : slice(rest, 0, comma)))
    rest = comma === -1 ? "" : slice(rest, comma + 1)
    if (item === "*") return true
    if (startsWith(item, ".")) item = slice(item, 1)
    if (item !== "" && (target.hostname === item || endsWith(target.hostname, `.${item}`))) return true
  }
  return false
}
