import { readdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { FileChange } from "./make-branch.ts"

/** A commit as a file for `git am` has it. */
export interface PreparedCommit {
  title: string
  changes: FileChange[]
}

/** The commits of the files for `git am` that lie beside a body, in their order; undefined when there are none. */
export async function readCommits(body: string): Promise<PreparedCommit[] | undefined> {
  const folder = dirname(body)
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.*\.patch$/.test(name)).sort()
  if (names.length === 0) return undefined
  return Promise.all(names.map(async (name) => readCommit(await readFile(join(folder, name), "utf8"))))
}

/** @param text of one such file */
export function readCommit(text: string): PreparedCommit {
  const [head = ""] = text.split(/^diff --git /m, 1)
  const subject = /^Subject: (.*(?:\n .*)*)/m.exec(head)?.[1] ?? ""
  const parts = text.slice(head.length).split(/^(?=diff --git )/m)
  return {
    title: subject.replaceAll("\n", "").replace(/^\[[^\]]*\] /, ""),
    changes: parts.filter(Boolean).map(readDiff),
  }
}

function readDiff(text: string): FileChange {
  const file = /^diff --git a\/.* b\/(.*)$/m.exec(text)![1]!
  const lines = text.slice(text.search(/^@@/m)).split("\n")
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length
  return { file, added: count("+"), removed: count("-") }
}
