import { expect, test } from "bun:test"
import { interceptServices } from "../../../offline/guard/services.ts"
import { deciding, recording, refusal } from "../../lib/guard.ts"

const dialled: unknown[] = []
class RedisClient {
  constructor(url: string) {
    dialled.push(url)
  }
}
class S3Client {
  file() {
    return "native"
  }
}
const { native, calls } = recording("opened")
// biome-ignore lint/suspicious/noExplicitAny: a stand-in for the runtime
const bun: any = { RedisClient, S3Client, file: native, write: native }
interceptServices(deciding().decide, bun)
const refused = expect.objectContaining(refusal)

test("Redis is dialled where it was decided on", () => {
  new bun.RedisClient("redis://OK.example:1")
  new bun.RedisClient("redis://localhost")
  new bun.RedisClient("redis+unix:///a.sock")
  expect(dialled).toEqual(["redis://ok.example:1", "redis://127.0.0.1", "redis+unix:///a.sock"])
  for (const url of [
    "redis://evil.example/+unix:",
    "redis://a+unix:b@evil.example",
    "unixx://evil.example",
    "x",
  ])
    expect(() => new bun.RedisClient(url)).toThrow(refused)
})

test("SQL and object stores are refused", () => {
  for (const use of [
    () => new bun.SQL("postgres://ok.example"),
    () => bun.sql`select 1`,
    () => new bun.S3Client({}),
    () => bun.s3.file("key"),
  ])
    expect(use).toThrow(refused)
})

test("files are opened by a text, an URL, a descriptor, bytes or a file", () => {
  const blob = new Blob(["x"])
  for (const place of ["/a", new URL("file:///a"), 3, new TextEncoder().encode("/a"), blob]) bun.file(place)
  expect(calls.map(([place]) => (place instanceof URL ? place.href : place))).toEqual([
    "/a",
    "file:///a",
    3,
    "/a",
    blob,
  ])
})

test.each([
  ["a text", "s3://bucket/key"],
  ["a text in capitals", "S3://bucket/key"],
  ["an URL", new URL("s3://bucket/key")],
  ["bytes", new TextEncoder().encode("s3://bucket/key")],
  ["a boxed text", new String("s3://bucket/key")],
  ["shared bytes", new SharedArrayBuffer(4)],
  ["what says that it is a file", Object.setPrototypeOf({ toString: () => "s3://b/k" }, Blob.prototype)],
  ["a list", ["s3://bucket/key"]],
  ["a function", () => "s3://bucket/key"],
])("an object store is not opened by %s", (_, place) => {
  const before = calls.length
  for (const name of ["file", "write"]) expect(() => bun[name](place)).toThrow(refused)
  expect(calls).toHaveLength(before)
})
