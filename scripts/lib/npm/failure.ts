import { explainCacheFailure } from "../cache-failure.ts"
import { Failure, type FailureReport } from "../errors.ts"
import { type NpmOptions, registryOf } from "./config.ts"
import type { Digest } from "./digest.ts"
import type { NamedPackage, PinnedPackage } from "./pinned.ts"

interface Context {
  pinned: NamedPackage
  /** Who says which hash the package has. The pin, if not given. */
  authority?: string
  /** Undefined when npm's settings themselves could not be read. */
  npm: NpmOptions | undefined
  cache: string
}

/** What npm's libraries, the file system and the network throw. */
interface NpmError extends Error {
  code?: string
  type?: string
  expected?: unknown
  found?: unknown
}

type Explanation = (error: NpmError, context: Context) => FailureReport

/**
 * Turns what was thrown while a package was acquired into a Failure that says which of these it is, and what to do:
 * the registry cannot be reached, it refuses the login, it has no such package, the hash differs, the cache cannot
 * be used. Anything else is given back as it is, with its stack.
 */
export function explainFailure(error: unknown, context: Context): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const known = KINDS.find(([pattern]) => pattern.test((error as NpmError).code ?? ""))?.[1]
  const explain = known ?? ((error as NpmError).type === "system" ? unreachable : undefined)
  return explain
    ? new Failure(explain(error, context), { cause: error })
    : explainCacheFailure(error, context.cache)
}

/** The tarball is the pinned one, and yet the file in it is not: the pin contradicts itself. */
export function wrongFile(pinned: PinnedPackage, found: Digest | undefined): Failure {
  const { path, bytes, sha512 } = pinned.executable
  return new Failure({
    what: `The hash of ${path} in ${spec(pinned)} differs from the pin, though the package's own hash does not`,
    why: found
      ? `\n    pinned: ${sha512} (${bytes} bytes)\n    found:  ${found.sha512} (${found.bytes} bytes)`
      : `the package has no file ${path}`,
    next: "correct the pin's `executable` as docs/pins.md says, or take the pin back: git checkout -- pins",
  })
}

const KINDS: [code: RegExp, explain: Explanation][] = [
  [/^EINTEGRITY$/, wrongHash],
  [/^(E404|ETARGET|ENOVERSIONS|E405|E410)$/, missing],
  [/^(E401|E403|EOTP|EAUTHIP|EAUTHUNKNOWN)$/, refused],
  [/^ERR_INVALID_AUTH$/, outdatedLogin],
  [/^ENOTCACHED$/, offline],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_|ERR_SSL_|EPROTO$)/, untrusted],
  [/^(E407|EINVALIDPROXY)$/, proxy],
  [/^(FETCH_ERROR|ERR_INVALID_URL|EINVALIDRESPONSE)$/, notARegistry],
  [/^(E5\d\d|E408|E420|E429|ERR_STREAM_PREMATURE_CLOSE|Z_BUF_ERROR)$/, unreachable],
  [/^(ENOTFOUND|EAI_|ECONN|ENET|EHOST|EPIPE|ERR_SOCKET|E\w*TIME(D)?OUT$)/, unreachable],
]

function unreachable(error: NpmError, context: Context): FailureReport {
  const { pinned, npm } = context
  const reason = REASONS.find(([pattern]) => pattern.test(error.code ?? ""))?.[1] ?? "could not be asked"
  return {
    what: `The npm registry cannot be reached, so ${spec(pinned)} cannot be had`,
    why: `${npm && registryOf(pinned.name, npm)} ${reason} (${error.code}: ${withoutLogin(error.message)})`,
    next: `see whether npm reaches it: npm ping; its settings: ${settings(pinned)}, npm config get proxy https-proxy noproxy`,
  }
}

const REASONS: [code: RegExp, reason: string][] = [
  [/^ENOTFOUND$/, "is a name that does not resolve"],
  [/^EAI_/, "is a name that did not resolve, as no name server answered"],
  [/^ECONNREFUSED$/, "(or the proxy) refuses connections"],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|Z_BUF_ERROR)$/, "broke the connection off"],
  [/^(FETCH_ERROR|ERR_SOCKET|E\w*TIME(D)?OUT)/, "does not answer in time"],
  [/^E(420|429)$/, "answers that there are too many requests"],
  [/^E(408|5\d\d)$/, "answers that it does not work now"],
]

function untrusted(error: NpmError, { pinned, npm }: Context): FailureReport {
  return {
    what: `The npm registry cannot be reached, as its certificate is not trusted; ${spec(pinned)} cannot be had`,
    why: `${npm && registryOf(pinned.name, npm)} (or a proxy that opens TLS): ${error.code}: ${withoutLogin(error.message)}`,
    next: "give npm your organisation's CA: npm config set cafile /path/to/ca.pem",
  }
}

function proxy(error: NpmError, { pinned }: Context): FailureReport {
  return {
    what: `The npm registry cannot be reached, as the proxy does not let ${spec(pinned)} through`,
    why: `${error.code}: ${withoutLogin(error.message)}`,
    next: "npm config get proxy https-proxy noproxy; a login for the proxy is part of its URL: http://user:password@host:port",
  }
}

/** A login page, a mirror's error page. minipass-fetch gives time-outs the same code. */
function notARegistry(error: NpmError, context: Context): FailureReport {
  if (error.type?.endsWith("-timeout")) return unreachable(error, context)
  return {
    what: `What answers is not an npm registry, so ${spec(context.pinned)} cannot be had`,
    why: withoutLogin(error.message),
    next: `correct the setting: ${settings(context.pinned)}`,
  }
}

function missing(error: NpmError, { pinned, npm }: Context): FailureReport {
  const part = error.code === "ETARGET" ? "has the package, but not this version" : "has no such package"
  return {
    what: `${spec(pinned)} is not in the npm registry`,
    why: `${npm && registryOf(pinned.name, npm)} ${part} (${error.code})`,
    next: `ask for it to be mirrored, or choose another registry (${settings(pinned)}); to see it: npm view ${spec(pinned)} dist`,
  }
}

function refused(error: NpmError, { pinned, npm }: Context): FailureReport {
  return {
    what: `The npm registry refuses ${spec(pinned)} for want of a login or of the right to read it`,
    why: `${npm && registryOf(pinned.name, npm)} answers ${error.code?.replace(/^E(?=\d)/, "")}`,
    next: `log in: npm login${scopeOption(pinned)}; or put the registry's _authToken into .npmrc (npm help npmrc)`,
  }
}

function outdatedLogin(error: NpmError): FailureReport {
  return {
    what: "npm's settings hold a login in a form that npm no longer takes",
    why: withoutLogin(error.message),
    next: "npm config fix",
  }
}

function offline(_: NpmError, { pinned, cache }: Context): FailureReport {
  return {
    what: `${spec(pinned)} is not in the cache, and npm is set to offline`,
    why: `${cache} does not have it, and the setting \`offline\` forbids to ask the registry`,
    next: "npm config delete offline, or bring a filled cache and name it: npm run build -- --cache FOLDER",
  }
}

function wrongHash(error: NpmError, { pinned, npm, authority = "the pin" }: Context): FailureReport {
  // pacote's own error has no fields, only this text; ssri's has the fields.
  const found = error.found ?? /but got (\S+?)\.?$/.exec(error.message)?.[1]
  return {
    what: `The hash of ${spec(pinned)} differs from ${authority}`,
    why: `\n    pinned: ${pinned.integrity}\n    found:  ${found ?? error.message}\n    from:   ${npm && registryOf(pinned.name, npm)}`,
    next: `do not build from it: tell whoever runs that registry; see what another one has: npm view ${spec(pinned)} dist.integrity`,
  }
}

function spec({ name, version }: NamedPackage): string {
  return `${name}@${version}`
}

function settings({ name }: NamedPackage): string {
  return `npm config get registry${name.startsWith("@") ? ` ${name.slice(0, name.indexOf("/"))}:registry` : ""}`
}

function scopeOption({ name }: NamedPackage): string {
  return name.startsWith("@") ? ` --scope=${name.slice(0, name.indexOf("/"))}` : ""
}

function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//")
}
