import { afterEach, expect, test } from "bun:test"
import { Flag } from "@/flag/flag"
import { ShareNext } from "../../src/share/share-next"

const flags = Flag as unknown as Record<string, unknown>
const original = flags.OPENCODE_DISABLE_HOSTED

afterEach(() => {
  flags.OPENCODE_DISABLE_HOSTED = original
})

test("sharing fails instead of seeming to have worked", async () => {
  flags.OPENCODE_DISABLE_HOSTED = true
  const create = ShareNext.create as (id: string) => Promise<unknown>
  expect(create("ses_1")).rejects.toThrow("Sharing is disabled by OPENCODE_DISABLE_HOSTED")
})
