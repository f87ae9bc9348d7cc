import { expect, test } from "bun:test"
import { CONFIGURED, configurationFolder } from "../../../offline/inside/configuration.ts"

test.each([
  "/repo/.opencode/tool/a.ts",
  "/home/u/.config/opencode/plugins/a.js",
  "/named/by/variable/tools/a.ts",
  "/where/a/link/leads/plugin/a.js",
  "C:\\Users\\u\\.config\\opencode\\tool\\a.ts",
])("%s is a tool or a plugin", (file) => expect(file).toMatch(CONFIGURED))

test.each([
  "/repo/.opencode/lib/a.ts",
  "/repo/.opencode/tool/deeper/a.ts",
  "/repo/.opencode/tool/a.json",
  "/repo/.opencode/tool/a.js?unchanged",
  "/repo/.opencode/node_modules/p/plugin/a.js",
  "/$bunfs/root/src/plugin/a.js",
  "B:\\~BUN\\root\\plugin\\a.js",
])("%s is left to the runtime", (file) => expect(file).not.toMatch(CONFIGURED))

test("its configuration folder is the one above, if it is one", () => {
  expect(configurationFolder("/repo/.opencode/tool/a.ts")).toBe("/repo/.opencode")
  expect(configurationFolder("/home/u/.config/opencode/plugins/a.js")).toBe("/home/u/.config/opencode")
  expect(configurationFolder("/repo/own/plugin/a.ts")).toBeUndefined()
  expect(configurationFolder("/repo/.opencode/lib/a.ts")).toBeUndefined()
})
