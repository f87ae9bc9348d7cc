import { apply, defineProperty, plain, type UrlParts, withHostname } from "../primordials.ts"
import type { Outgoing } from "./fetch-input.ts"

/**
 * Sends a request to another spelling of its host, as a name below `localhost` to `localhost`: the header, the name in
 * the TLS handshake and the response's address stay what the program wrote.
 */
export async function sendElsewhere(
  native: typeof globalThis.fetch,
  target: UrlParts,
  host: string,
  init: Outgoing,
  request: Request | undefined,
): Promise<Response> {
  const address = withHostname(target.href, host)
  const headers = new Headers(init.headers ?? request?.headers)
  if (!headers.has("host"))
    headers.set("host", target.port ? `${target.hostname}:${target.port}` : target.hostname)
  const tls = { serverName: target.hostname, ...(init as { tls?: object }).tls }
  const input = request ? new Request(address, request as RequestInit) : address
  const response = (await apply(native, undefined, [
    input,
    plain<object>(init, { headers, tls } as object),
  ])) as Response
  return defineProperty(response, "url", { value: target.href, configurable: true }) as Response
}
