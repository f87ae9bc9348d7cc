import { expect, test } from "bun:test"
import { embeddedRoot, moduleNames } from "../../offline/modules.ts"

test("modules lie where the runtime shows them on each system", () => {
  expect(embeddedRoot("linux")).toBe("/$bunfs/root")
  expect(embeddedRoot("darwin")).toBe("/$bunfs/root")
  expect(embeddedRoot("win32")).toBe("B:/~BUN/root")
  expect(moduleNames("B:/~BUN/root").policy).toBe("B:/~BUN/root/offline-policy.json")
})

test("no two modules have one name", () => {
  const { root, asset, packageBundle, ...files } = moduleNames()
  const bundle = packageBundle({ name: "@scope/name", version: "1.2.3" })
  const all = [...Object.values(files), asset("rg"), asset("rg.wasm"), bundle]
  expect(all.filter((name) => !name.startsWith(`${root}/`))).toEqual([])
  expect(new Set(all).size).toBe(all.length)
})
