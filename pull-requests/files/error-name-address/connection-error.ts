const CODES = new Set([
  "ConnectionRefused",
  "ConnectionClosed",
  "FailedToOpenSocket",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
])

/** One line for a connection that failed, with the address; undefined for any other error. */
export function formatConnectionError(input: unknown) {
  const chain = causes(input)
  const failed = chain.find((error) => typeof error.code === "string" && CODES.has(error.code))
  if (!failed) return
  const address = chain.map(addressOf).find(Boolean)
  return `Could not connect to ${address ?? "a server"} (${failed.code}). Check the network, a proxy or a firewall.`
}

type Linked = Record<string, unknown>

function causes(input: unknown, seen: Linked[] = []): Linked[] {
  if (typeof input !== "object" || input === null || seen.includes(input as Linked)) return seen
  const error = input as Linked
  return causes(error.reason ?? error.cause, [...seen, error])
}

// Bun's fetch has it as a path, Effect's client in its request, and Node as a host or an address with a port.
function addressOf(error: Linked) {
  const request = error.request as Linked | undefined
  const url = [error.path, request?.url].find((value) => typeof value === "string" && /^https?:/.test(value))
  if (url) return url
  const host = error.hostname ?? error.address
  return host && [host, error.port].filter(Boolean).join(":")
}
