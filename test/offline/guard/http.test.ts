import { expect, test } from "bun:test"
import { EventEmitter } from "node:events"
import { interceptHttp } from "../../../offline/guard/http.ts"
import { deciding, refusal } from "../../lib/guard.ts"

/** The hosts that native code would have dialled. */
const sent: unknown[] = []

class OutgoingMessage extends EventEmitter {
  getHeaders(): object {
    return { native: true }
  }
}

interface Request extends OutgoingMessage {
  [part: symbol]: unknown
  agent: unknown
  end(): unknown
}
type RequestClass = { new (options: object): Request; (options: object): Request }

const parts = ["protocol", "host", "port", "path", "agent", "socketPath", "useDefaultPort", "options"]
const symbols = Object.fromEntries(parts.map((name) => [name, Symbol(name)]))
const part = (request: Request, name: string) => request[symbols[name]!]

/** As the runtime's: what a request is lies under symbols, and its headers are asked for just ahead of dialling. */
function ClientRequest(this: Request, options: object) {
  const state = { protocol: "http:", port: 80, path: "/", useDefaultPort: true, agent: undefined, ...options }
  for (const [name, value] of Object.entries({ ...state, options }))
    if (symbols[name]) this[symbols[name]] = value
}
ClientRequest.prototype = Object.create(OutgoingMessage.prototype, {
  end: {
    value(this: Request) {
      this.getHeaders()
      sent.push(part(this, "host"))
    },
    writable: true,
  },
  // Of what the runtime's has, what is asked of a request to another spelling.
  getHeader: { value() {} },
  setHeader: { value() {} },
})

const Native = ClientRequest as unknown as RequestClass
const client = { ClientRequest: Native }
const proxies: unknown[] = []
interceptHttp(deciding().decide, (_, given) => void proxies.push(given), {
  outgoing: { OutgoingMessage } as never,
  client,
})
const Guarded = client.ClientRequest

test("a request goes to what was decided on, whichever way it is made", () => {
  new Guarded({ host: "ok.example" }).end()
  Guarded({ host: "ok.example." }).end()
  ;new (class extends Guarded {})({ host: "localhost" }).end()
  new Native({ host: "192.0.2.1" }).end()
  expect(sent.splice(0)).toEqual(["ok.example", "ok.example", "127.0.0.1", "192.0.2.1"])
  expect(new Guarded({ host: "ok.example" })).toBeInstanceOf(Native)
  expect(Native.prototype.constructor).toBe(Guarded)
})

test("one that is denied ends in an error and closes, and is not sent", async () => {
  class OwnHeaders extends Guarded {
    override getHeaders() {
      return {}
    }
  }
  const denied = [
    new Guarded({ host: "evil.example" }),
    Guarded({ host: "ok.example", path: "http://evil.example/" }),
    Guarded({ host: "evil.example", path: "http://ok.example/" }),
    // What a class of one's own says of its headers plays no part.
    new OwnHeaders({ host: "evil.example" }),
  ]
  const ends = denied.map((request) => {
    const { promise, resolve } = Promise.withResolvers<unknown[]>()
    request.on("error", (error) => request.on("close", () => resolve([error])))
    request.end()
    return promise
  })
  expect(await Promise.all(ends)).toEqual(denied.map(() => [expect.objectContaining(refusal)]))
  expect(sent).toEqual([])
})

test("a class that was bound ahead of the guard asks, too, when the headers are read", () => {
  for (const host of ["evil.example", "ok.example."])
    expect(() => new Native({ host }).end()).toThrow(expect.objectContaining(refusal))
  expect(sent).toEqual([])
  expect(new OutgoingMessage().getHeaders()).toEqual({ native: true })
})

test("once it is made, neither what it goes to nor its headers can be exchanged", () => {
  const request = new Guarded({ host: "ok.example" })
  request.getHeaders = () => ({})
  expect(request.getHeaders()).toEqual({ native: true })
  expect(Reflect.set(request, symbols.host!, "evil.example")).toBe(false)
})

test("native code gets no lookup of the caller's own, and its agent as it was read", () => {
  const agent = { proxy: "http://ok.example:1" }
  proxies.length = 0
  const request = new Guarded({ host: "ok.example", agent, lookup() {} })
  expect(part(request, "options")).toMatchObject({ lookup: undefined })
  expect([proxies, part(request, "agent")]).toEqual([[agent.proxy], { keepAlive: undefined, ...agent }])
  expect(request.agent).toBe(agent)
  const later = {}
  request.agent = later
  expect([request.agent, part(request, "agent")]).toEqual([
    later,
    { keepAlive: undefined, ...agent },
  ] as never)
})
