import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { acquireInputs } from "../../../scripts/build/acquire-inputs.ts"
import { Failure } from "../../../scripts/lib/errors.ts"
import { defaultCache } from "../../../scripts/lib/npm/cache.ts"
import type { Pin } from "../../../scripts/pins/pin.ts"
import { pinWith, target } from "../../lib/stock.ts"

const pin = await pinWith(({ grammars }) => grammars.vim !== undefined)
const step = { update() {}, result() {} }

const acquire = (grammars: Pin["grammars"]) =>
  acquireInputs({ ...pin, grammars }, { target: target.name, cache: defaultCache() }, step).carried

test("a grammar whose packages have no query gets our own, and one without a package is not there", async () => {
  const { lua, hcl, vim } = pin.grammars
  const { grammars } = await acquire({ lua: lua!, hcl: hcl!, vim: vim! })
  expect(Object.keys(grammars)).toEqual(["lua", "hcl"])
  expect(basename(grammars.hcl!.highlights.join())).toBe("hcl.scm")
  expect(await readFile(grammars.lua!.highlights[0]!, "utf8")).toContain("@")
})

test("a grammar without any query stops the build, and is named", async () => {
  const failure = await acquire({ unheardOf: pin.grammars.hcl! }).catch((error) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure.report.what).toContain("The grammar of unheardOf has no query")
  expect(failure.report.why).toContain("pins/highlights/unheardOf.scm")
})
