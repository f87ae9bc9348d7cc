import {
  apply,
  defineProperty,
  PrivateHeaders,
  PrivateRequest,
  plain,
  toObject,
  type UrlParts,
  uncurryThis,
  withHostname,
} from "../primordials.ts"
import type { Outgoing } from "./fetch-input.ts"
import { checkAgainst, type TlsOptions } from "./tls-name.ts"

/**
 * Sends a request to another spelling of its host, as one for `localhost` to its address: the header, the name in the TLS
 * handshake and the response's address stay what the program wrote.
 */
export async function sendElsewhere(
  native: typeof globalThis.fetch,
  target: UrlParts,
  host: string,
  init: Outgoing,
  request: Request | undefined,
): Promise<Response> {
  const address = withHostname(target.href, host)
  const headers = withHost(init.headers ?? request?.headers, target)
  const own = plain<TlsOptions>(toObject((init as { tls?: TlsOptions }).tls))
  const checkServerIdentity = checkAgainst(target.hostname, own.checkServerIdentity)
  const tls = plain(own, { serverName: own.serverName ?? target.hostname, checkServerIdentity })
  const input = request ? new PrivateRequest(address, request as RequestInit) : address
  const response = (await apply(native, undefined, [
    input,
    plain<object>(init, { headers, tls } as object),
  ])) as Response
  return defineProperty(response, "url", { value: target.href, configurable: true }) as Response
}

/** A request's headers, with the host that the program wrote where it set none itself. */
export function withHost(given: RequestInit["headers"], { hostname, port }: UrlParts): Headers {
  const headers = new PrivateHeaders(given)
  if (!has(headers, "host")) set(headers, "host", port ? `${hostname}:${port}` : hostname)
  return headers
}

const has = uncurryThis(PrivateHeaders.prototype.has)
const set = uncurryThis(PrivateHeaders.prototype.set)
