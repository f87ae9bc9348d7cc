import { createHash } from "node:crypto"
import { Failure } from "../lib/errors.ts"
import { type Found, type Material, type Materials, NO_ASSERTION } from "./material.ts"
import { copyrightLines, hasStandardText, identifiersOf, standardText } from "./standard-texts.ts"

/**
 * Makes one list of what the steps put in: sorted, each once, each text once, each with the copyright that its texts name. What two say of the same material is put together.
 * @throws Failure that names every material without a licence, or whose licence has no text, or that two say has different ones
 */
export function gather(about: Pick<Materials, "created" | "executable">, found: Found[]): Materials {
  requireLicences(found)
  const texts = new Map<string, string>()
  const list = new Map<string, Material>()
  for (const one of found.map(withCopyright)) {
    const keys = textsOf(one).map((text) => {
      const key = createHash("sha256").update(text).digest("hex")
      texts.set(key, text)
      return key
    })
    const before = list.get(one.purl)
    list.set(
      one.purl,
      before
        ? join(before, { ...one, texts: keys })
        : { ...one, where: union(one.where).sort(), texts: union(keys) },
    )
  }
  return {
    format: 1,
    ...about,
    list: [...list.values()].sort(({ purl: a }, { purl: b }) => (a < b ? -1 : 1)),
    texts: Object.fromEntries([...texts].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** With the lines of its own texts that name who has the copyright. Those of a text that SPDX publishes are an example. */
function withCopyright(found: Found): Found {
  const { license, copyright, texts } = found
  const known = identifiersOf(license)?.filter(hasStandardText) ?? []
  const examples = known.flatMap((identifier) => [
    standardText(identifier),
    standardText(identifier, copyright),
  ])
  const own = texts.map(tidy).filter((text) => !examples.includes(text))
  const lines = union(copyright?.split("\n") ?? [], own.flatMap(copyrightLines))
  return lines.length === 0 ? found : { ...found, copyright: lines.join("\n") }
}

function tidy(text: string): string {
  return text.replaceAll("\r\n", "\n").trim()
}

function join(before: Material, one: Material): Material {
  if (before.license !== one.license) throw ofTwoLicences(before, one)
  const copyright = union([before, one].flatMap((each) => each.copyright?.split("\n") ?? [])).join("\n")
  return {
    ...one,
    ...before,
    ...(copyright && { copyright }),
    where: union(before.where, one.where).sort(),
    texts: union(before.texts, one.texts),
  }
}

function union(...lists: string[][]): string[] {
  return [...new Set(lists.flat())]
}

/** Its own texts, or where it has none, those that SPDX publishes. */
function textsOf({ license, texts, copyright }: Found): string[] {
  const own = texts.map(tidy).filter((text) => text !== "")
  if (own.length > 0 || license === NO_ASSERTION) return own
  return identifiersOf(license)!.map((identifier, at) =>
    standardText(identifier, at === 0 ? copyright : undefined),
  )
}

function requireLicences(found: Found[]): void {
  const without = found.filter(({ kind, license, texts }) => {
    if (license === NO_ASSERTION) return kind !== "data"
    const identifiers = identifiersOf(license)
    return !identifiers || (texts.length === 0 && identifiers.some((name) => name.startsWith("LicenseRef-")))
  })
  if (without.length === 0) return
  throw new Failure({
    what: `${without.map(({ name, version }) => `${name}${version ? `@${version}` : ""}`).join(", ")} cannot be handed on`,
    why: without
      .map(({ name, license }) => `the licence of ${name} is ${JSON.stringify(license)}, which says nothing`)
      .join("; "),
    next: "leave it out, or say what its licence is in pins/licenses.json: docs/licenses.md",
  })
}

function ofTwoLicences({ purl, license }: Material, other: Material): Failure {
  return new Failure({
    what: `${purl} cannot be handed on`,
    why: `it is put in twice, under ${license} and under ${other.license}`,
    next: "leave one out, or say what its licence is in pins/licenses.json: docs/licenses.md",
  })
}
