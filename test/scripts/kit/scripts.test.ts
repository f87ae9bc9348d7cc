import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { scriptsFor } from "../../../scripts/kit/scripts.ts"
import { TARGETS } from "../../../scripts/upstream/target.ts"

const OWN = join(import.meta.dirname, "../../../kit")

test("each target's archive has an installer, and what removes it, in the language of its system", () => {
  for (const target of TARGETS) {
    const placed = scriptsFor(target, "kit")
    for (const [from] of placed) expect([from, existsSync(join(OWN, from))]).toEqual([from, true])
    const names = placed.map(([, to]) => to)
    const end = target.os === "windows" ? "ps1" : "sh"
    expect(names).toEqual(expect.arrayContaining(["README.md", `install.${end}`, `kit/uninstall.${end}`]))
  }
})
