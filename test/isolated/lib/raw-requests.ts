import { connect } from "node:net"

// Asks a server in so many words: `fetch` and `node:http` send a Host of their own, and no browser's headers.
// Arguments: the port, and a list of requests as JSON. Prints what was answered to each, as JSON.

export interface RawRequest {
  method?: string
  path?: string
  /** Sent as they are; `Connection: close` and a body's length are added. */
  headers: Record<string, string>
  body?: string
}

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number
  /** The header access-control-allow-origin. */
  allows?: string
  text: string
}

if (import.meta.main) {
  const [port, requests] = process.argv.slice(2)
  const answers: RawAnswer[] = []
  for (const request of JSON.parse(requests!)) answers.push(await ask(Number(port), request))
  console.log(JSON.stringify(answers))
}

function ask(
  port: number,
  { method = "GET", path = "/", headers, body = "" }: RawRequest,
): Promise<RawAnswer> {
  const length: Record<string, string> = body ? { "Content-Length": String(Buffer.byteLength(body)) } : {}
  const all = Object.entries({ Connection: "close", ...length, ...headers })
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return new Promise((resolve, reject) => {
    let text = ""
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`),
    )
    const end = () => {
      socket.destroy()
      resolve(read(text))
    }
    socket.on("data", (chunk) => {
      text += chunk
      if (isWhole(text)) end()
    })
    socket.on("end", end)
    socket.on("close", end)
    socket.on("error", reject)
  })
}

/** Bun does not close every connection that it is asked to close. What is taken over, or streams events, never ends. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n")
  if (end === -1) return false
  const head = text.slice(0, end)
  if (/^HTTP\/1\.1 101|text\/event-stream/.test(head)) return true
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  return length === undefined
    ? text.endsWith("\r\n0\r\n\r\n")
    : Buffer.byteLength(text) - Buffer.byteLength(head) - 4 >= +length
}

function read(text: string): RawAnswer {
  const [head = "", ...rest] = text.split("\r\n\r\n")
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0),
    allows: /^access-control-allow-origin: (.*)$/im.exec(head)?.[1]?.trim(),
    text: rest.join("\r\n\r\n"),
  }
}
