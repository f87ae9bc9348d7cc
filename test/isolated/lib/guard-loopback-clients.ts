// What programs do on loopback with the packages that the runtime carries, its clients of services, and children that are
// this executable. Bundled with the probe.
import childProcess from "node:child_process"
import { Readable } from "node:stream"

const carried = (name: string) => import(name)

/** Titles and what is done; what it gives is printed. `base` is a server that answers with what it was asked. */
export function clientDeeds(base: string, socketUrl: string): Record<string, () => unknown> {
  const asBun = { env: { ...process.env, BUN_BE_BUN: "1" } }
  const code = `console.log(process.argv.length, (await fetch("${base}")).status)`
  return {
    "undici fetch": async () => (await (await carried("undici")).fetch(base)).json(),
    "undici request": async () => {
      const { statusCode, body } = await (await carried("undici")).request(base, {
        method: "POST",
        body: "x",
      })
      return [statusCode, await body.json()]
    },
    "node-fetch": async () => {
      const response = await (await carried("node-fetch")).default(base)
      return [response.constructor.name, await response.json()]
    },
    "node-fetch a stream": async () => {
      const init = { method: "POST", body: Readable.from([Buffer.from("a stream")]) }
      return (await (await carried("node-fetch")).default(base, init)).json()
    },
    ws: async () => {
      const { default: Client, WebSocket: Same } = await carried("ws")
      const socket = new Client(socketUrl, ["a"], { headers: { b: "c" } })
      const said = await new Promise((resolve, reject) => {
        socket.on("open", () => socket.send("hello")).on("error", reject)
        socket.on("message", (data: Buffer) => resolve(`${data}`))
      })
      return [said, socket instanceof Client, Client === Same, Client.OPEN]
    },
    "a child that is Bun": async () =>
      new Response(Bun.spawn([process.execPath, "-e", code], asBun).stdout).text(),
    "a child that is Bun, through node:child_process": () =>
      `${childProcess.execFileSync(process.execPath, ["-e", "console.log(process.argv.length)"], asBun)}`,
    "a child that is another program": () => [
      `${Bun.spawnSync(["/bin/echo", "a b"], { env: { A: "1" } }).stdout}`,
      Bun.spawnSync({ cmd: ["/bin/false"] }).exitCode,
    ],
    "a child that does not exist": () => Bun.spawn(["/none/such"]),
    "Bun.$": async () => (await Bun.$`echo ${["a", "b c"]} $A`.env({ A: "d" }).quiet()).stdout.toString(),
    "Bun.$ in another folder, whatever it ends with": async () => {
      const { stdout, exitCode } = await Bun.$`pwd; echo $PWD; exit 3`.cwd("/").nothrow().quiet()
      return [`${stdout}`, exitCode]
    },
    "Bun.$ that fails": () =>
      Bun.$`exit 3`.quiet().then(
        () => "done",
        ({ name, exitCode }) => [name, exitCode],
      ),
    "a shell of its own": async () => {
      const shell = new Bun.$.Shell().env({ A: "b" }).cwd("/").nothrow()
      const { stdout, exitCode } = await shell`pwd; echo $A; exit 4`.quiet()
      return [`${stdout}`, exitCode, Bun.$.escape("a b"), Bun.$.braces("{a,b}")]
    },
    "Bun.$ that is told once": async () => {
      Bun.$.nothrow()
        .env({ ...process.env, A: "c" })
        .cwd("/")
      const { stdout, exitCode } = await Bun.$`pwd; echo $A; exit 5`.quiet()
      Bun.$.throws(true).env().cwd()
      return [`${stdout}`, exitCode, `${(await Bun.$`pwd`.quiet()).stdout}` === `${process.cwd()}\n`]
    },
    "Bun.file and Bun.write": async () => {
      const file = `${process.env.TMPDIR}/written`
      return [
        await Bun.write(file, "x"),
        await Bun.file(file).text(),
        Bun.file(new URL(`file://${file}`)).size,
      ]
    },
  }
}
