import { expect, test } from "bun:test"
import { hasProgram, runsShell } from "../../../offline/project/shell.ts"

test.each(["say !`date`", "!`a`\n", "say !$1`date`", "say !$ARGUMENTS$2`date`"])(
  "a shell runs something of %j",
  (text) => {
    expect(runsShell(text)).toBe(true)
  },
)

test.each(["say `date`", "say ! `date`", "wait!", "!``"])("no shell runs anything of %j", (text) => {
  expect(runsShell(text)).toBe(false)
})

test.each(["---js\n{}\n---\n", "--- javascript\n{}\n---", "\uFEFF---coffee\n---"])(
  "the front matter of %j is a program",
  (text) => {
    expect(hasProgram(text)).toBe(true)
  },
)

test.each(["---\na: 1\n---\n", "---yaml\na: 1\n---\n", "---json\n{}\n---\n", "text ---js"])(
  "the front matter of %j is none",
  (text) => {
    expect(hasProgram(text)).toBe(false)
  },
)
