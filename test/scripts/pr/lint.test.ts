import { describe, expect, test } from "bun:test"
import { lint } from "../../../scripts/pr/lint.ts"

const TITLE = "fix(provider): decide first"
const BODY = `### Issue for this PR

Closes #12

### Type of change

- [x] Bug fix
- [ ] New feature

### What does this PR do?

It decides about the catalogue before the cache is read.

### How did you verify your code works?

I ran it.

### Screenshots / recordings

None.

### Checklist

- [x] I have tested it
- [x] Nothing else is in it
`

const lintBody = (body: string, title = TITLE) => lint({ title, body })

test("a body that upstream's bots take has no findings", () => {
  expect(lintBody(BODY)).toEqual([])
  expect(lintBody(BODY.replaceAll("\n", "\r\n"))).toEqual([])
})

describe("a title is found when", () => {
  const cases = [
    "Fix the provider",
    "perf: faster",
    "fix provider: it",
    "fix(a b): it",
    "fix(): it",
    " fix: it",
  ]
  test.each(cases)("it is %p", (title) => {
    expect(lintBody(BODY, title)).toEqual([expect.stringMatching(/^the title ".*" does not match/)])
  })
  test.each(["fix: it", "feat (tui) : it", "chore(ci-2):it"])("not when it is %p", (title) => {
    expect(lintBody(BODY, title)).toEqual([])
  })
})

describe("one finding is made of a body", () => {
  const cases: [title: string, change: (body: string) => string, finding: string][] = [
    ["that closes no issue", (body) => body.replace("Closes #12", "See #12"), "closes no issue"],
    ["with the template's Closes #", (body) => body.replace("#12", "#"), "closes no issue"],
    [
      "that closes an issue in a comment",
      (body) => body.replace("Closes #12", "<!-- Closes #12 -->"),
      "closes no issue",
    ],
    ["with no type ticked", (body) => body.replace("[x] Bug fix", "[ ] Bug fix"), "0 boxes ticked, not one"],
    ["with two types ticked", (body) => body.replace("[ ] New", "[X] New"), "2 boxes ticked, not one"],
    [
      "that says nothing of what it does",
      (body) => body.replace(/It decides.*\n/, ""),
      "is empty, or holds only",
    ],
    [
      "that leaves the template's own words there",
      (body) =>
        body.replace(
          /It decides.*\n/,
          "Please provide a description of the issue, the changes you made.\n\n**If you paste, it may be closed!**\n",
        ),
      "is empty, or holds only",
    ],
    [
      "that does not say how it was verified",
      (body) => body.replace("I ran it.\n", ""),
      'verify your code works?" is empty',
    ],
    [
      "that verifies in a comment",
      (body) => body.replace("I ran it.", "<!-- say how -->"),
      'verify your code works?" is empty',
    ],
    [
      "with a box of the checklist open",
      (body) => body.replace("[x] Nothing", "[ ] Nothing"),
      "1 of 2 boxes ticked",
    ],
    [
      "with one box in the checklist",
      (body) => body.replace(/- \[x\] Nothing.*\n/, ""),
      "1 of 1 boxes ticked",
    ],
    [
      "whose section ends early at three number signs",
      (body) => body.replace("It decides", "#### Why\n\nIt decides"),
      "is empty, or holds only",
    ],
  ]
  test.each(cases)("%s", (_title, change, finding) => {
    const changed = change(BODY)
    expect(changed).not.toBe(BODY)
    expect(lintBody(changed)).toEqual([expect.stringContaining(finding)])
  })

  const headings = [...BODY.matchAll(/^### (.*)$/gm)].map((match) => match[1]!)
  test.each(headings)("without the section %s", (heading) => {
    expect(headings).toHaveLength(6)
    for (const other of [`## ${heading}`, `### ${heading}s`, heading])
      expect(lintBody(BODY.replace(`### ${heading}`, other)), other).toContain(
        `the section "### ${heading}" is missing`,
      )
  })
})

test.each(["docs: it", "refactor: it", "feat(x): it"])("%p needs no issue", (title) => {
  expect(lintBody(BODY.replace("Closes #12", "None."), title)).toEqual([])
})

test.each(["fix: it", "chore: it", "test: it"])("%p needs one", (title) => {
  expect(lintBody(BODY.replace("Closes #12", "None."), title)).toHaveLength(1)
})
