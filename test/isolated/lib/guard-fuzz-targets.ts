// Every API that the guard intercepts, with a place for a value: an argument or an option. Bundled with the probe.
import dgram from "node:dgram"
import dns from "node:dns"
import http from "node:http"
import http2 from "node:http2"
import https from "node:https"
import { createRequire } from "node:module"
import net from "node:net"
import tls from "node:tls"

/** Where a value leads to: no other place does. */
export interface Where {
  name: string
  address: string
}

// biome-ignore lint/suspicious/noExplicitAny: a value of any kind, in places that have types
type Any = any
type Use = (value: Any, where: Where) => unknown

const require = createRequire(import.meta.url)
const [CLOSED, SOCKET] = ["http://127.0.0.1:9/", "ws://127.0.0.1:9/"]
const socket = { data() {}, error() {}, connectError() {}, open() {} }
const url = ({ name }: Where) => `http://${name}/`
const quiet = <T extends NodeJS.EventEmitter>(emitter: T) => emitter.on("error", () => {})
const bun = Bun as Any

/** A text that leads somewhere, the same for this machine, and what is done with a value in its place. */
export const textTargets: Record<string, [meant: (where: Where) => string, harmless: string, use: Use]> = {
  fetch: [url, CLOSED, (value) => fetch(value)],
  Request: [url, CLOSED, (value) => fetch(new Request(value))],
  "fetch proxy": [url, CLOSED, (proxy) => fetch(CLOSED, { proxy })],
  "fetch proxy.url": [url, CLOSED, (value) => fetch(CLOSED, { proxy: { url: value } } as Any)],
  preconnect: [({ address }) => `http://${address}:8080/`, CLOSED, (value) => fetch.preconnect(value)],
  "http.request": [url, CLOSED, (value) => quiet(http.request(value)).end()],
  "http host": [({ name }) => name, "127.0.0.1", (host) => quiet(http.request({ host, port: 80 })).end()],
  "http hostname": [({ name }) => name, "127.0.0.1", (hostname) => quiet(http.request({ hostname })).end()],
  "http path": [
    ({ name }) => `@${name}/`,
    "/",
    (path) => quiet(http.request({ host: "127.0.0.1", port: 80, path })).end(),
  ],
  "http port": [
    ({ name }) => `@${name}`,
    "9",
    (port) => quiet(http.request({ host: "127.0.0.1", port })).end(),
  ],
  "http agent.proxy": [
    url,
    CLOSED,
    (proxy) => quiet(http.request(CLOSED, { agent: agent({ proxy }) })).end(),
  ],
  "https hostname": [({ name }) => name, "127.0.0.1", (hostname) => quiet(https.request({ hostname })).end()],
  "net host": [({ name }) => name, "127.0.0.1", (host) => quiet(net.connect({ host, port: 80 }))],
  "net host, by place": [({ name }) => name, "127.0.0.1", (host) => quiet(net.connect(80, host))],
  "net without a path": [
    () => "",
    "/none",
    (path, { name }) => quiet(net.connect({ host: name, port: 80, path })),
  ],
  "Bun.connect without a socket file": [
    () => "",
    "/none",
    (unix, { name }) => bun.connect({ hostname: name, port: 80, unix, socket }),
  ],
  "tls host": [({ name }) => name, "127.0.0.1", (host) => quiet(tls.connect({ host, port: 443 }))],
  http2: [url, CLOSED, (value) => quiet(http2.connect(value))],
  "dns.lookup": [({ name }) => name, "127.0.0.1", (value) => dns.lookup(value, () => {})],
  "dns.resolve4": [({ name }) => name, "127.0.0.1", (value) => dns.resolve4(value, () => {})],
  "dns.reverse": [({ address }) => address, "127.0.0.1", (value) => dns.reverse(value, () => {})],
  "Bun.dns.lookup": [({ name }) => name, "127.0.0.1", (value) => Bun.dns.lookup(value)],
  "Bun.dns.prefetch": [({ name }) => name, "127.0.0.1", (value) => Bun.dns.prefetch(value, 80)],
  WebSocket: [({ name }) => `ws://${name}/`, SOCKET, (value) => new WebSocket(value)],
  "WebSocket proxy": [url, CLOSED, (proxy) => new WebSocket(SOCKET, { proxy } as Any)],
  "WebSocket proxy.url": [url, CLOSED, (value) => new WebSocket(SOCKET, { proxy: { url: value } } as Any)],
  "Bun.connect hostname": [
    ({ name }) => name,
    "127.0.0.1",
    (hostname) => Bun.connect({ hostname, port: 80, socket }),
  ],
  "Bun.listen hostname": [
    ({ name }) => name,
    "127.0.0.1",
    (hostname) => Bun.listen({ hostname, port: 0, socket }).stop(),
  ],
  "Bun.serve hostname": [
    ({ name }) => name,
    "127.0.0.1",
    (hostname) => Bun.serve({ hostname, port: 0, fetch: () => new Response() }).stop(),
  ],
  "net listen": [({ name }) => name, "127.0.0.1", (host) => quiet(net.createServer()).listen(0, host)],
  "net listen host": [
    ({ name }) => name,
    "127.0.0.1",
    (host) => quiet(net.createServer()).listen({ port: 0, host }),
  ],
  "http listen": [({ name }) => name, "127.0.0.1", (host) => quiet(http.createServer()).listen(0, host)],
  "udp hostname": [
    ({ name }) => name,
    "127.0.0.1",
    async (hostname) => (await bun.udpSocket({ hostname })).close(),
  ],
  "udp connect.hostname": [
    ({ address }) => address,
    "127.0.0.1",
    async (hostname) => (await bun.udpSocket({ connect: { hostname, port: 53 } })).send("x"),
  ],
  "udp send": [
    ({ address }) => address,
    "127.0.0.1",
    async (value) => (await bun.udpSocket({})).send("x", 53, value),
  ],
  "udp sendMany": [
    ({ address }) => address,
    "127.0.0.1",
    async (value) => (await bun.udpSocket({})).sendMany(["x", 53, value]),
  ],
  "dgram send": [
    ({ name }) => name,
    "127.0.0.1",
    (value) => quiet(dgram.createSocket("udp4")).send("x", 53, value, () => {}),
  ],
  "dgram connect": [
    ({ name }) => name,
    "127.0.0.1",
    (value) => quiet(dgram.createSocket("udp4")).connect(53, value),
  ],
  "dgram bind": [
    ({ name }) => name,
    "127.0.0.1",
    (value) => quiet(dgram.createSocket("udp4")).bind(0, value),
  ],
  redis: [
    ({ name }) => `redis://${name}:6379`,
    "redis://127.0.0.1:9",
    (value) => new Bun.RedisClient(value).connect(),
  ],
  "Bun.file": [() => "s3://bucket/key", "/none", (value, where) => bun.file(value, store(where)).text()],
  "Bun.write": [() => "s3://bucket/key", "/none", (value, where) => bun.write(value, "x", store(where))],
  SQL: [
    ({ name }) => `postgres://u:p@${name}/d`,
    "postgres://127.0.0.1:9/d",
    (value) => new Bun.SQL(value).connect(),
  ],
  "undici.request": [url, CLOSED, (value) => require("undici").request(value)],
  "undici.fetch": [url, CLOSED, (value) => require("undici").fetch(value)],
  "node-fetch": [url, CLOSED, (value) => require("node-fetch")(value)],
  "isomorphic-fetch": [url, CLOSED, (value) => require("isomorphic-fetch")(value)],
  ws: [({ name }) => `ws://${name}/`, SOCKET, (value) => quiet(new (require("ws"))(value))],
  "ws proxy": [url, CLOSED, (proxy) => quiet(new (require("ws"))(SOCKET, { proxy }))],
  "ws agent.proxy": [url, CLOSED, (proxy) => quiet(new (require("ws"))(SOCKET, { agent: { proxy } }))],
}

/** Options that lead somewhere, what makes them harmless, and what is done with a value in their place. */
export const optionTargets: Record<string, [meant: (where: Where) => object, harmless: object, use: Use]> = {
  "fetch options": [(where) => ({ proxy: url(where) }), { proxy: CLOSED }, (value) => fetch(CLOSED, value)],
  "fetch proxy options": [
    (where) => ({ url: url(where) }),
    { url: CLOSED },
    (proxy) => fetch(CLOSED, { proxy }),
  ],
  "fetch without unix": [() => ({ length: 0 }), {}, (unix, where) => fetch(url(where), { unix } as Any)],
  "Request options": [(where) => ({ proxy: url(where) }), {}, (value) => fetch(new Request(CLOSED), value)],
  "http options": [
    ({ name }) => ({ host: name, port: 80 }),
    { host: "127.0.0.1" },
    (value) => quiet(http.request(value)).end(),
  ],
  "http more options": [
    ({ name }) => ({ host: name, hostname: name }),
    { host: "127.0.0.1", hostname: "127.0.0.1" },
    (value) => quiet(http.request(CLOSED, value)).end(),
  ],
  "http agent": [
    (where) => ({ proxy: url(where), addRequest() {} }),
    { proxy: undefined },
    (value) => quiet(http.request(CLOSED, { agent: value })).end(),
  ],
  "http without a socket path": [
    () => ({ length: 0, toString: () => "" }),
    {},
    (socketPath, { name }) => quiet(http.request({ host: name, socketPath })).end(),
  ],
  "net options": [
    ({ name }) => ({ host: name, port: 80 }),
    { host: "127.0.0.1" },
    (value) => quiet(net.connect(value)),
  ],
  "tls options": [
    ({ name }) => ({ host: name, port: 443 }),
    { host: "127.0.0.1" },
    (value) => quiet(tls.connect(value)),
  ],
  "http2 authority": [
    ({ name }) => ({ protocol: "http:", hostname: name, host: name, port: 80 }),
    { hostname: "127.0.0.1", host: "127.0.0.1" },
    (value) => quiet(http2.connect(value)),
  ],
  "WebSocket options": [
    (where) => ({ proxy: url(where) }),
    { proxy: CLOSED },
    (value) => new WebSocket(SOCKET, value),
  ],
  "WebSocket proxy options": [
    (where) => ({ url: url(where) }),
    { url: CLOSED },
    (proxy) => new WebSocket(SOCKET, { proxy } as Any),
  ],
  "Bun.connect options": [
    ({ name }) => ({ hostname: name, port: 80, socket }),
    { hostname: "127.0.0.1" },
    (value) => Bun.connect(value),
  ],
  "Bun.listen options": [
    ({ name }) => ({ hostname: name, port: 0, socket }),
    { hostname: "127.0.0.1" },
    (value) => Bun.listen(value).stop(),
  ],
  "Bun.serve options": [
    ({ name }) => ({ hostname: name, port: 0, fetch: () => new Response() }),
    { hostname: "127.0.0.1" },
    (value) => Bun.serve(value).stop(),
  ],
  "net listen options": [
    ({ name }) => ({ host: name, port: 0 }),
    { host: "127.0.0.1" },
    (value) => quiet(net.createServer()).listen(value),
  ],
  "udp options": [
    ({ name }) => ({ hostname: name }),
    { hostname: "127.0.0.1" },
    async (value) => (await bun.udpSocket(value)).close(),
  ],
  "udp connected options": [
    ({ address }) => ({ connect: { hostname: address, port: 53 } }),
    { connect: undefined },
    async (value) => (await bun.udpSocket(value)).send("x"),
  ],
  "udp connect": [
    ({ address }) => ({ hostname: address, port: 53 }),
    { hostname: "127.0.0.1" },
    async (connect) => (await bun.udpSocket({ connect })).send("x"),
  ],
  "udp sendMany list": [
    ({ address }) => ({ 0: "x", 1: 53, 2: address, length: 3 }),
    { 2: "127.0.0.1" },
    async (value) => (await bun.udpSocket({})).sendMany(value),
  ],
  "S3 options": [(where) => store(where), {}, (value) => bun.file("s3://bucket/key", value).text()],
  "S3 client": [(where) => store(where), {}, (value) => new bun.S3Client(value).file("key").text()],
  "SQL options": [
    ({ name }) => ({ adapter: "postgres", hostname: name, username: "u" }),
    { hostname: "127.0.0.1" },
    (value) => new Bun.SQL(value).connect(),
  ],
  "Bun.spawnSync options": [
    ({ name }) => ({ cmd: [...self, fetching(name)], env: asBun() }),
    { cmd: ["/bin/true"] },
    (value) => Bun.spawnSync(value),
  ],
  "Bun.spawnSync cmd": [
    ({ name }) => ({ 0: self[0], 1: self[1], 2: fetching(name), length: 3 }),
    { 0: "/bin/true" },
    (cmd) => Bun.spawnSync({ cmd, env: asBun() }),
  ],
  "Bun.spawnSync env": [
    () => asBun(),
    { BUN_BE_BUN: "" },
    (env, { name }) => Bun.spawnSync([...self, fetching(name)], { env }),
  ],
  "Worker options": [
    () => ({ preload: [], env: { OPENCODE_OFFLINE: "0" } }),
    {},
    (value, { name }) => new Worker(URL.createObjectURL(new Blob([fetching(name)])), value),
  ],
  "ws options": [
    (where) => ({ proxy: url(where) }),
    { proxy: CLOSED },
    (value) => quiet(new (require("ws"))(SOCKET, value)),
  ],
  "ws agent": [
    (where) => ({ connectOpts: { proxy: url(where) } }),
    { connectOpts: {} },
    (value) => quiet(new (require("ws"))(SOCKET, { agent: value })),
  ],
}

/** This executable as Bun, if the environment says so. */
const self = [process.execPath, "-e"]
const asBun = () => ({ ...process.env, BUN_BE_BUN: "1" })

function fetching(name: string): string {
  return `fetch("http://${name}/").catch(() => {})`
}

function store({ address }: Where) {
  return { accessKeyId: "a", secretAccessKey: "b", bucket: "bucket", endpoint: `http://${address}:9000` }
}

function agent(more: object): http.Agent {
  return Object.assign(new http.Agent(), more)
}
