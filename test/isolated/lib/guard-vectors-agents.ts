// Ways out through what a request of `node:http` is made of: an agent whose proxy is computed, and other parts that answer
// differently each time that they are read. Bundled with the vectors.
import http from "node:http"

/** Where a vector leads, as in `guard-vectors.ts`. */
interface Where {
  name: string
  address: string
  redirector: string
}

interface AgentVector {
  make(where: Where): http.ClientRequest
  goesOnToLoopback?: true
}

const CLOSED = "http://127.0.0.1:9/"

export const agents: Record<string, AgentVector> = {
  "http-agent-getter": { make: ({ name }) => http.get(CLOSED, { agent: computed(() => proxyAt(name)) }) },
  "http-agent-getter-url": {
    make: ({ name }) => http.get(CLOSED, { agent: computed(() => new URL(proxyAt(name))) }),
  },
  "http-agent-getter-own": {
    make: ({ name }) => {
      const agent = new http.Agent()
      Object.defineProperty(agent, "proxy", { get: () => proxyAt(name) })
      return http.get(CLOSED, { agent })
    },
  },
  "http-agent-getter-changing": {
    make({ name }) {
      let reads = 0
      const agent = computed(() => (reads++ === 0 ? null : proxyAt(name)))
      http.get(CLOSED, { agent }).on("error", () => {})
      return http.get(CLOSED, { agent })
    },
  },
  "http-agent-getter-throwing": {
    make: ({ name }) =>
      http.get(`http://${name}/`, {
        agent: computed(() => {
          throw new Error("no proxy")
        }),
      }),
  },
  "http-agent-changed": {
    make({ name, redirector }) {
      const agent = Object.assign(new http.Agent(), { proxy: null as string | null })
      const request = http.request(`${redirector}200`, { agent })
      agent.proxy = proxyAt(name)
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-agent-proxy-object": {
    make: ({ name }) => http.get(CLOSED, { agent: disguised(() => proxyAt(name)) }),
  },
  "http-agent-exchanged": {
    make({ name, redirector }) {
      const request = http.request(`${redirector}200`)
      exchange(
        request,
        "agent",
        computed(() => proxyAt(name)),
      )
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-agent-set-later": {
    make({ name, redirector }) {
      const request = http.request(`${redirector}200`)
      Object.assign(request, { agent: computed(() => proxyAt(name)) })
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-path-computed": {
    make({ address, redirector }) {
      const request = http.request(`${redirector}200`)
      let reads = 0
      const spelt = () => (reads++ === 0 ? `@${address}/` : "/")
      exchange(request, "path", { startsWith: () => false, toString: spelt })
      exchange(request, "useDefaultPort", true)
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-own-get-headers": {
    make({ name, redirector }) {
      const request = http.request(`${redirector}200`)
      request.getHeaders = () => ({})
      exchange(request, "host", name)
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-get-headers-of-a-class": {
    make({ name, redirector }) {
      class Own extends http.ClientRequest {
        override getHeaders() {
          return {}
        }
      }
      const request = new Own(`${redirector}200`)
      exchange(request, "host", name)
      queueMicrotask(() => request.end())
      return request
    },
    goesOnToLoopback: true,
  },
  "http-leaked-while-it-is-made": {
    make({ name }) {
      let leaked: http.ClientRequest | undefined
      let end: (() => http.ClientRequest) | undefined
      class Own extends http.ClientRequest {
        override setHeader(...of: Parameters<http.ClientRequest["setHeader"]>) {
          leaked ??= this
          Object.defineProperty(this, "getHeaders", { value: () => ({}) })
          return super.setHeader(...of)
        }
      }
      // The runtime gives each request its own.
      Object.defineProperty(Own.prototype, "end", {
        get: () => end,
        set(value) {
          end ??= value
        },
      })
      try {
        new Own({ host: name, headers: { accept: "*/*" } } as never)
      } catch {}
      end?.call(leaked)
      return leaked!
    },
  },
  "http-host-of-a-class": {
    make({ name }) {
      class Own extends http.ClientRequest {}
      const some = http.request(CLOSED)
      Object.defineProperty(Own.prototype, symbolOf(some, "host"), { get: () => name, set() {} })
      some.destroy()
      return new Own(`http://${name}/`).end()
    },
  },
  "http-host-exchanged-in-time": {
    make({ name, redirector }) {
      const request = http.request(`${redirector}200`)
      const { hostname } = new URL(redirector)
      exchange(request, "host", name)
      // Read after the host is, and before the headers are.
      exchange(request, "path", {
        startsWith: () => exchange(request, "host", hostname),
        toString: () => "/200",
      })
      return request.end()
    },
    goesOnToLoopback: true,
  },
  "http-socket-path-computed": {
    make: ({ address }) => http.request({ host: address, socketPath: { toString: () => "" } as never }).end(),
  },
}

const proxyAt = (name: string) => `http://${name}:8080`

/** An agent that has its proxy from a getter of its class, as those of npm have. */
function computed(proxy: () => unknown): http.Agent {
  return new (class extends http.Agent {
    get proxy() {
      return proxy()
    }
  })()
}

/** An agent that says to whoever looks at its properties that it has no proxy. */
function disguised(proxy: () => unknown): http.Agent {
  return new Proxy(new http.Agent(), {
    get: (agent, name) => (name === "proxy" ? proxy() : Reflect.get(agent, name)),
  })
}

/** The runtime keeps the parts of a request under symbols. What cannot be exchanged stays. */
function exchange(request: http.ClientRequest, part: string, value: unknown): void {
  Reflect.set(request, symbolOf(request, part), value)
}

function symbolOf(request: http.ClientRequest, part: string): symbol {
  return Object.getOwnPropertySymbols(request).find(({ description }) => description === part)!
}
