import { expect, test } from "bun:test"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { builtin, bunObject } from "../../../offline/guard/builtin.ts"
import { checkAgainst } from "../../../offline/guard/tls-name.ts"
import { portOf } from "../../../offline/guard/url.ts"
import { parseUrl } from "../../../offline/primordials.ts"

const folder = join(import.meta.dirname, "../../../offline/guard")

test("the guard puts up every interception that there is", async () => {
  const files = (await readdir(folder)).filter((file) => file !== "install.ts")
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))
  const names = texts.flatMap((text) =>
    [...text.matchAll(/export function (intercept\w+)/g)].map(([, name]) => name!),
  )
  const install = await readFile(join(folder, "install.ts"), "utf8")
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((name) => !install.includes(`  ${name}(`))).toEqual([])
})

test("a builtin is the runtime's own, whatever becomes of what gives it", () => {
  const { getBuiltinModule } = process
  process.getBuiltinModule = (() => "another") as never
  expect(builtin<typeof import("node:path")>("node:path").join("a", "b")).toBe("a/b")
  process.getBuiltinModule = getBuiltinModule
  expect(bunObject()).toBe(Bun as never)
})

test("an URL has the port that it says, else its scheme's", () => {
  for (const [url, port] of [
    ["http://a:81", 81],
    ["https://a", 443],
    ["ws://a", 80],
    ["redis://a", undefined],
  ] as const)
    expect(portOf(parseUrl(url)!)).toBe(port)
})

test("a certificate is compared with the name, by the program's own way where it has one", () => {
  const asked: unknown[] = []
  const certificate = { subjectaltname: "DNS:a.example", subject: { CN: "a.example" } } as never
  expect(checkAgainst("a.example", undefined)("127.0.0.1:9", certificate)).toBeUndefined()
  expect(checkAgainst("b.example", undefined)("127.0.0.1:9", certificate)).toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  })
  checkAgainst("b.example", (...args) => void asked.push(args))("127.0.0.1:9", certificate)
  expect(asked).toEqual([["b.example", certificate]])
})
