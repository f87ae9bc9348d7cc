import { expect, test } from "bun:test"
import { readCommit } from "../../../scripts/pr/read-commits.ts"
import { type Prepared, warn } from "../../../scripts/pr/warn.ts"

const BODY = `### What does this PR do?

It decides first.

### How did you verify your code works?

I ran it.
`
const change = (file: string, added: number) => ({ file, added, removed: 0 })
const FINE: Prepared = {
  title: "fix(provider): decide first",
  body: BODY,
  generated: BODY.replace("It decides first.", "Written by the tool.").replace(
    "I ran it.",
    "Tests: `a.test.ts`",
  ),
  commits: [
    {
      title: "fix(provider): decide first",
      changes: [change("src/a.ts", 10), change("test/a.test.ts", 290)],
    },
  ],
}

test("nothing is said of a small one with a test, in a person's words", () => {
  expect(warn(FINE)).toEqual([])
})

const cases: [title: string, change: Partial<Prepared>, warning: RegExp][] = [
  [
    "a title that is too long",
    { title: `fix: ${"x".repeat(80)}` },
    /^the title has 85 characters, more than 72$/,
  ],
  [
    "words of the tool that were left",
    { generated: BODY.replace("I ran it.", "x") },
    /"What does this PR do\?" is as/,
  ],
  [
    "too many lines",
    { commits: [{ title: "fix: a", changes: [change("a.test.ts", 301)] }] },
    /^it adds 301 lines/,
  ],
  [
    "too many files",
    {
      commits: [
        { title: "fix: a", changes: Array.from({ length: 11 }, (_, i) => change(`${i}.test.ts`, 1)) },
      ],
    },
    /^it touches 11 files, more than 10$/,
  ],
  ["no test", { commits: [{ title: "fix: a", changes: [change("src/a.ts", 1)] }] }, /^it brings no test$/],
  [
    "two concerns",
    {
      commits: [
        { title: "fix(a): a", changes: [change("a.test.ts", 1)] },
        { title: "fix(b): b", changes: [] },
      ],
    },
    /^more than one concern: its commits are about a, b/,
  ],
  ["commits that are not there", { commits: undefined }, /^no \.patch file beside it/],
]
test.each(cases)("one warning is given for %s", (_title, change, warning) => {
  expect(warn({ ...FINE, ...change })).toEqual([expect.stringMatching(warning)])
})

test("a commit's file is read: its title over two lines, and its lines by file", () => {
  const text = `From 0123 Mon Sep 17 00:00:00 2001
From: A <a@localhost>
Subject: [PATCH 1/2] fix(provider): a title that is so long
 that it is folded

Why: +this is no line of code

---
 src/a.ts | 2 ++
diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,2 +1,3 @@
 one
-two
+2
+3
diff --git a/b.test.ts b/b.test.ts
new file mode 100644
--- /dev/null
+++ b/b.test.ts
@@ -0,0 +1 @@
+x
`
  expect(readCommit(text)).toEqual({
    title: "fix(provider): a title that is so long that it is folded",
    changes: [
      { file: "src/a.ts", added: 2, removed: 1 },
      { file: "b.test.ts", added: 1, removed: 0 },
    ],
  })
})
