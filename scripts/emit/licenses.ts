import { type Material, NO_ASSERTION } from "../materials/material.ts"
import type { Output, Subject } from "./output.ts"

/** `licenses.txt`, with the full texts, and `NOTICE`, with who is to be named. */
export const licenses: Output = {
  name: "licenses",
  about: "whoever hands it on: every licence with its text, and the notices",
  files: ["licenses.txt", "NOTICE"],
  print: (subject) => ({ "licenses.txt": printLicences(subject), NOTICE: printNotice(subject) }),
}

function printLicences({ kind, record, materials, ...rest }: Subject): string {
  const { list, texts } = materials
  const head = [
    titleOf({ kind, record, materials, ...rest }),
    `What is in it, and on which terms: ${list.length} materials. Each text stands once, below, under the materials that it is of.`,
    "OpenCode's own bundle has more packages in it than are named here: upstream does not say which.",
    RELINKING,
    section("All materials", list.map(oneLine).join("\n")),
  ]
  const sections = Object.entries(texts)
    .map(([key, text]) => ({ of: list.filter((material) => material.texts.includes(key)), text }))
    .sort((a, b) => (a.of[0]!.purl < b.of[0]!.purl ? -1 : 1))
  return `${[...head, ...sections.map(({ of, text }) => section(of.map(oneLine).join("\n"), text))].join("\n\n")}\n`
}

function printNotice({ materials, ...rest }: Subject): string {
  const lines = materials.list
    .filter(({ license, kind }) => license !== NO_ASSERTION && kind !== "patch")
    .map((material) =>
      [oneLine(material), ...(material.copyright?.split("\n") ?? []).map((line) => `    ${line}`)].join("\n"),
    )
  return `${[titleOf({ materials, ...rest }), "The full texts are in licenses.txt.", ...lines].join("\n\n")}\n`
}

function titleOf({ kind, record }: Subject): string {
  const what = kind === "kit" ? "kit of OpenCode" : "OpenCode"
  return `${what} ${record.opencode} for ${record.target}, made by opencode-offline`
}

function oneLine({ name, version, license, url }: Material): string {
  return `${name}${version ? ` ${version}` : ""} (${license})${url ? ` ${url}` : ""}`
}

function section(title: string, text: string): string {
  const width = Math.max(...title.split("\n").map((line) => line.length))
  return `${title}\n${"-".repeat(Math.min(width, 100))}\n\n${text}`
}

const RELINKING = `How to relink with another JavaScriptCore (LGPL, section 6)
-----------------------------------------------------------

The executable is Bun, unchanged, with modules put into it. Bun links JavaScriptCore statically. Bun's source, and that of its
fork of WebKit, is at https://github.com/oven-sh/bun and https://github.com/oven-sh/WebKit, at the tag of the version that is
named below. Change JavaScriptCore there and build Bun as its documentation says. Then put this executable's modules into
that Bun, with the sources of opencode-offline:

    npm run relink -- FILE --bun YOUR-BUN --out NEW-FILE

It needs nothing but the two files. Reverse engineering to debug such a change is allowed.`
