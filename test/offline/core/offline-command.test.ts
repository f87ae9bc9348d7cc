import { expect, test } from "bun:test"
import { readArguments } from "../../../offline/core/arguments.ts"
import { helpAnswer } from "../../../offline/core/offline-command.ts"

const PAGES = { policy: "policy: what may be connected to\n", ca: "ca: certificates\n" }
const help = (line: string) => helpAnswer(readArguments(line.split(" ")), PAGES)

test.each(["offline help policy", "--print-logs offline help policy", "offline --print-logs help policy"])(
  "a page is given wherever options stand: %s",
  (line) => {
    expect(help(line)).toEqual({ code: 0, out: PAGES.policy, error: "" })
  },
)

test("the topics are listed when none is named, and an unknown one, or two, are an error with the list", () => {
  expect(help("--print-logs offline help")).toMatchObject({ code: 0, error: "" })
  expect(help("--print-logs offline help").out).toContain("  policy  what may be connected to\n")
  for (const topics of ["polcy", "policy ca"]) {
    const { code, out, error } = help(`--print-logs offline help ${topics}`)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(error).toContain(`There is no page "${topics}".`)
    expect(error).toContain("  ca      certificates\n")
  }
})
