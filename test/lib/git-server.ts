import { spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { must } from "./stand-in-upstream.ts"

/**
 * Serves the repositories below a folder over git's smart HTTP, on loopback, through git's own CGI program.
 * @returns the URL that stands for the folder, and a function that stops the server
 */
export async function serveGit(folder: string): Promise<{ url: string; stop: () => void }> {
  const backend = `${await must(folder, ["--exec-path"])}/git-http-backend`
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url!, "http://localhost")
    const child = spawn(backend, {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: (request.headers["git-protocol"] as string) ?? "",
        REMOTE_ADDR: "127.0.0.1",
      },
    })
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on("data", (chunk) => chunks.push(chunk))
    child.on("close", () => {
      const output = Buffer.concat(chunks)
      const end = output.indexOf("\r\n\r\n")
      for (const line of output.subarray(0, end).toString().split("\r\n")) {
        const [name = "", value = ""] = line.split(/: (.*)/)
        if (name === "Status") response.statusCode = Number.parseInt(value, 10)
        else response.setHeader(name, value)
      }
      response.end(output.subarray(end + 4))
    })
  })
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() }
}
