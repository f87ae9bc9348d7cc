import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { create } from "tar"
import type { PinnedPackage } from "../../scripts/lib/npm/pinned.ts"

/** A package made for a test, and how a pin names it. */
export interface TestPackage {
  pinned: PinnedPackage
  tarball: Buffer
  /** What is in its package.json beside name and version. */
  manifest: { dependencies?: Record<string, string>; license?: string }
}

/** What the stand-in does instead of serving: each is one way in which a registry or the way to it can be broken. */
export type Mode =
  | "serve"
  | "other hash in the metadata"
  | "other tarball"
  | "no package"
  | "no version"
  | "login"
  | "forbidden"
  | "too busy"
  | "web page"
  | "reset"
  | "cut the tarball"
  | "hang"
  | "hang in the tarball"

export interface Registry {
  url: string
  mode: Mode
  /** The paths asked for so far. */
  requests: string[]
  /** What was sent with them as a login; an empty text where none was. */
  logins: string[]
  /** Called after each slice of a tarball, of which there are SLICES, is sent; the next waits for it. */
  onSlice: (slice: number) => Promise<void> | void
  /** The login that is asked for; none if empty. */
  token: string
  close(): Promise<void>
}

export const SLICES = 10

/** Makes a package of one executable with these contents, and its tarball as npm lays it out. */
export async function makePackage(
  name: string,
  contents: Buffer,
  path = "bin/tool",
  manifest: TestPackage["manifest"] = {},
): Promise<TestPackage> {
  const folder = await mkdtemp(join(tmpdir(), "package-"))
  const file = join(folder, "package", path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, contents, { mode: 0o755 })
  await writeFile(
    join(folder, "package", "package.json"),
    JSON.stringify({ name, version: "1.0.0", ...manifest }),
  )
  const tarball = await create({ cwd: folder, gzip: true, portable: true }, ["package"]).concat()
  await rm(folder, { recursive: true })
  const executable = { path, bytes: contents.length, sha512: sha512(contents, "hex") }
  const pinned = { name, version: "1.0.0", integrity: `sha512-${sha512(tarball, "base64")}`, executable }
  return { pinned, tarball, manifest }
}

/** How a stand-in is reached. */
export interface RegistryOptions {
  /** `true` for {@link CERTIFICATE}, or another; both are PEM. */
  tls?: boolean | { key: string; cert: string }
  /** The address that it is known by, a path too, and that it listens at on every interface; else a loopback port of its own. */
  known?: URL
}

/** Serves these packages; also as a proxy, whatever the name in the address is. */
export async function startRegistry(
  packages: TestPackage[],
  options: RegistryOptions = {},
): Promise<Registry> {
  const listener: RequestListener = (request, response) => void answer(registry, packages, request, response)
  const { known, tls } = options
  const server = tls ? createTlsServer(tls === true ? TLS : tls, listener) : createServer(listener)
  await new Promise<void>((resolve) =>
    known ? server.listen(portOf(known), resolve) : server.listen(0, "127.0.0.1", resolve),
  )
  const { port } = server.address() as AddressInfo
  const registry: Registry = {
    url: known?.href ?? `${options.tls ? "https" : "http"}://127.0.0.1:${port}/`,
    mode: "serve",
    requests: [],
    logins: [],
    onSlice: () => {},
    token: "",
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return registry
}

const portOf = ({ port, protocol }: URL) => Number(port || (protocol === "https:" ? 443 : 80))

/** Self-signed, for 127.0.0.1 only: its own certificate is the CA that a client has to be given. */
export const CERTIFICATE = join(import.meta.dirname, "../fixtures/loopback-tls/cert.pem")

const TLS = {
  cert: readFileSync(CERTIFICATE),
  key: readFileSync(join(dirname(CERTIFICATE), "key.pem")),
}

async function answer(
  registry: Registry,
  packages: TestPackage[],
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(request.url!, registry.url)
  const base = new URL(registry.url).pathname
  const path = decodeURIComponent(url.pathname).slice(base.length)
  registry.requests.push(path)
  registry.logins.push(request.headers.authorization ?? "")
  const { mode } = registry
  if (mode === "hang") return
  if (mode === "reset") return request.socket.destroy()
  if (mode === "web page") return reply(response, 200, "<html>Please sign in</html>", "text/html")
  if (mode === "too busy") return reply(response, 503, {})
  if (mode === "forbidden") return reply(response, 403, {})
  if (mode === "login" && request.headers.authorization !== `Bearer ${registry.token}`) {
    return reply(response, 401, {})
  }
  const asked = packages.find(({ pinned }) => path.startsWith(pinned.name))
  if (mode === "no package" || !asked) return reply(response, 404, { error: "not found" })
  if (path === asked.pinned.name) return reply(response, 200, metadata(asked, url.origin + base, mode))
  await sendTarball(registry, asked.tarball, response)
}

function metadata({ pinned, tarball, manifest }: TestPackage, base: string, mode: Mode) {
  const version = mode === "no version" ? "0.9.0" : pinned.version
  const other = sha512(Buffer.concat([tarball, tarball]), "base64")
  const integrity = mode === "other hash in the metadata" ? `sha512-${other}` : pinned.integrity
  const dist = { tarball: `${base}${pinned.name}/-/tarball.tgz`, integrity }
  return {
    name: pinned.name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, name: pinned.name, version, dist } },
  }
}

async function sendTarball(registry: Registry, tarball: Buffer, response: ServerResponse): Promise<void> {
  const bytes = registry.mode === "other tarball" ? Buffer.concat([tarball, Buffer.from("!")]) : tarball
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": bytes.length,
  })
  const size = Math.ceil(bytes.length / SLICES)
  for (let slice = 0; slice < SLICES; slice++) {
    if (slice === SLICES / 2 && registry.mode === "cut the tarball") return void response.destroy()
    if (slice === SLICES / 2 && registry.mode === "hang in the tarball") return
    response.write(bytes.subarray(slice * size, (slice + 1) * size))
    await registry.onSlice(slice)
  }
  response.end()
}

function reply(response: ServerResponse, status: number, body: unknown, type = "application/json") {
  response.writeHead(status, { "content-type": type })
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}

export function sha512(bytes: Buffer, encoding: "hex" | "base64"): string {
  return createHash("sha512").update(bytes).digest(encoding)
}
