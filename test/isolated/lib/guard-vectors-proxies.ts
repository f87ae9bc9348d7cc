// Ways out through a proxy that the runtime holds though the environment no longer says so. Each is run in a process of its
// own, since what the runtime holds cannot be taken back. Bundled with the vectors.

/** Where a vector leads, as in `guard-vectors.ts`. */
interface Where {
  name: string
  redirector: string
}

interface ProxyVector {
  run(where: Where): Promise<unknown>
  isThere?(): boolean
  inChild?(where: Where): Record<string, string>
  inWorker?: true
  goesOnToLoopback?: true
  /** The runtime is not given what it is assigned, whatever `fetch` does. */
  closedTwice?: true
}

const CLOSED = "http://127.0.0.1:9/"
const proxyAt = ({ name }: Where) => `http://${name}:8080`

/** Whether the runtime takes proxies that are assigned after its start. */
const isThere = () => Object.getOwnPropertyDescriptor(process.env, "http_proxy")?.set !== undefined

const assigned = (variable: string, hide: () => unknown, url = CLOSED): ProxyVector => ({
  isThere,
  closedTwice: true,
  run(where) {
    process.env[variable] = proxyAt(where)
    hide()
    return fetch(url)
  },
})

export const proxies: Record<string, ProxyVector> = {
  "proxy-assigned": assigned("HTTP_PROXY", () => {}),
  "proxy-assigned-lower-case": assigned("http_proxy", () => {}),
  "proxy-assigned-https": assigned("HTTPS_PROXY", () => {}, "https://127.0.0.1:9/"),
  "proxy-assigned-twice": assigned("http_proxy", () => {
    process.env.HTTP_PROXY = "http://127.0.0.1:9"
  }),
  "proxy-assigned-again": {
    isThere,
    closedTwice: true,
    run(where) {
      process.env.HTTP_PROXY = "http://127.0.0.1:9"
      return assigned("HTTP_PROXY", () => Reflect.deleteProperty(process.env, "HTTP_PROXY")).run(where)
    },
  },
  "proxy-deleted": assigned("HTTP_PROXY", () => {
    delete process.env.HTTP_PROXY
  }),
  "proxy-hidden": assigned("HTTP_PROXY", () => {
    Object.defineProperty(process.env, "HTTP_PROXY", { value: "", writable: true })
  }),
  "proxy-other-environment": assigned("HTTP_PROXY", () => {
    process.env = {}
  }),
  "proxy-taken-back-elsewhere": {
    isThere,
    closedTwice: true,
    run(where) {
      const own = process.env
      own.HTTP_PROXY = proxyAt(where)
      process.env = {}
      own.HTTP_PROXY = ""
      process.env.HTTP_PROXY = ""
      own.HTTP_PROXY = proxyAt(where)
      delete own.HTTP_PROXY
      own.HTTP_PROXY = ""
      return fetch(CLOSED)
    },
  },
  "proxy-computed-environment": assigned("HTTP_PROXY", () => {
    Object.defineProperty(process, "env", { get: () => ({}) })
  }),
  "proxy-assigned-in-time": {
    isThere,
    closedTwice: true,
    goesOnToLoopback: true,
    run(where) {
      // Read when the request has been decided on.
      const headers = {
        get a() {
          process.env.HTTP_PROXY = proxyAt(where)
          return "b"
        },
      }
      return fetch(`${where.redirector}200`, { headers })
    },
  },
  "proxy-exempt-no-longer": {
    isThere,
    closedTwice: true,
    inChild: (where) => ({ HTTP_PROXY: proxyAt(where), NO_PROXY: "127.0.0.1" }),
    goesOnToLoopback: true,
    run({ redirector }) {
      process.env.NO_PROXY = "other.example"
      Object.defineProperty(process.env, "NO_PROXY", { value: "127.0.0.1" })
      return fetch(`${redirector}200`)
    },
  },
  "proxy-of-main-thread": {
    inWorker: true,
    inChild: (where) => ({ HTTP_PROXY: proxyAt(where) }),
    run: () => fetchInWorker(),
  },
  "proxy-of-main-thread-assigned": {
    closedTwice: true,
    isThere,
    run(where) {
      process.env.HTTP_PROXY = proxyAt(where)
      return fetchInWorker()
    },
  },
}

/** In a worker that is given an environment without proxies. */
async function fetchInWorker(): Promise<void> {
  const code = `fetch("${CLOSED}").then(() => postMessage("open"), ({ code }) => postMessage(code))`
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), {
    env: { TEST_GUARD_WITHOUT: process.env.TEST_GUARD_WITHOUT ?? "" },
  })
  const outcome = await new Promise((resolve) =>
    worker.addEventListener("message", ({ data }) => resolve(data)),
  )
  worker.terminate()
  if (outcome !== "open") throw Object.assign(new Error("in the worker"), { code: outcome })
}
