import { expect, test } from "bun:test"
import { z } from "zod"
import { configSchema } from "../../offline/schema.ts"

const schema = configSchema(z)

const whole = {
  mode: "default-on",
  allow: ["llm.corp"],
  locked: true,
  projectCode: "ignore",
  log: { file: "/a", allowed: true, maxBytes: 100_000 },
}

test.each([undefined, true, false, {}, whole, { log: "/a" }, { log: { file: "/a" } }])(
  "upstream's schema takes %j",
  (value) => {
    expect(schema.safeParse(value)).toMatchObject({ success: true, data: value as never })
  },
)

test.each([
  ...[
    "on",
    1,
    null,
    [[]],
    { loked: true },
    { mode: "on" },
    { allow: "a" },
    { allow: [1] },
    { locked: "true" },
  ],
  ...[{ projectCode: true }, { log: {} }, { log: 1 }, { log: { file: "/a", more: 1 } }],
])("upstream's schema does not take %j", (value) => {
  expect(schema.safeParse(value).success).toBe(false)
})
