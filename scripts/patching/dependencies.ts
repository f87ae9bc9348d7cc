import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { applyPatch, parsePatch } from "diff"
import { applyEdits, modify } from "jsonc-parser"
import { Failure } from "../lib/errors.ts"
import { BUN_LOCK, readBunLock } from "../lib/npm/bun-lock.ts"
import type { AcquireOptions } from "../lib/npm/fetch-file.ts"
import { type PackageFile, readPackages } from "../lib/npm/read-packages.ts"
import { diffText } from "./diff-unit.ts"
import { dependencyOf, type Patch } from "./patch.ts"
import type { Unit } from "./unit.ts"

// Bun patches a dependency as it installs it: package.json names in `patchedDependencies`, by NAME@VERSION, a diff of
// what is published, and the lockfile has the same table.

const TABLE = "patchedDependencies"
const CODE = /\.[cm]?js$/

/** What stands behind the table in a lockfile. */
const BEHIND = ["overrides", "catalog", "catalogs", "packages"]

/**
 * The code of the dependencies that a series edits, in each version that the tree's lockfile resolves, as upstream's own
 * patches leave it: by hash, from the cache, else from the registry that npm is set to use. Nothing is fetched for a
 * series that edits none.
 * @param root the monorepo's folder
 * @throws Failure when one cannot be had as locked, or a patch of upstream's does not apply to it
 */
export async function readDependencies(
  root: string,
  series: Patch[],
  options: AcquireOptions,
): Promise<Unit[]> {
  const wanted = new Set(series.flatMap(({ edits }) => edits.map(dependencyOf)))
  wanted.delete(undefined)
  if (wanted.size === 0) return []
  const lock = readBunLock(await readFile(join(root, BUN_LOCK), "utf8").catch(() => ""))
  const specs = [...lock.keys()].filter((spec) => wanted.has(lock.get(spec)!.name))
  const published = await readPackages(
    specs.map((spec) => lock.get(spec)!),
    options,
  )
  const patches = await readPatched(root)
  const units = published.map(async (files, i) => {
    const spec = specs[i]!
    const units = files.filter(({ path }) => CODE.test(path)).map((file) => unitOf(spec, file))
    const patch = patches[spec]
    return patch ? asPatched(units, patch, await readFile(join(root, patch), "utf8")) : units
  })
  return (await Promise.all(units)).flat()
}

/** A tree's patches of dependencies: their paths, by NAME@VERSION. */
export async function readPatched(root: string): Promise<Record<string, string>> {
  const text = await readFile(join(root, "package.json"), "utf8")
  return JSON.parse(text)[TABLE] ?? {}
}

/**
 * Writes into a checked-out tree what has Bun patch dependencies as it installs them, as `bun patch --commit` does. What
 * the tree's patches do to other files stays.
 * @param units changed files of dependencies
 */
export async function writeDependencies(root: string, units: Unit[]): Promise<void> {
  for (const [spec, changed] of Map.groupBy(units, ({ published }) => published!.package)) {
    const patch = (await readPatched(root))[spec] ?? `patches/${spec.replace("/", "%2F")}.patch`
    const path = join(root, patch)
    const sections = (await readFile(path, "utf8").catch(() => "")).split(/^(?=diff --git )/m)
    const heads = changed.map((unit) => headOf(unit))
    const kept = sections.filter((section) => !heads.some((head) => section.startsWith(head)))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, [...kept, ...changed.map(gitDiff)].join(""))
    for (const table of ["package.json", BUN_LOCK]) await nameIn(join(root, table), spec, patch)
  }
}

function unitOf(spec: string, { path, data }: PackageFile): Unit {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)
  const name = spec.slice(0, spec.lastIndexOf("@"))
  // Where Bun puts it.
  const file = `../../node_modules/.bun/${spec.replace("/", "+")}/node_modules/${name}/${path}`
  return { file, text, published: { package: spec, path, text } }
}

function asPatched(units: Unit[], patch: string, diff: string): Unit[] {
  const sections = parsePatch(diff)
  return units.map((unit) => {
    const section = sections.find(({ newFileName }) => newFileName === `b/${unit.published!.path}`)
    const text = section ? applyPatch(unit.text, section) : unit.text
    if (text === false) throw doesNotApply(unit, patch)
    return { ...unit, text }
  })
}

function headOf({ published }: Unit): string {
  return `diff --git a/${published!.path} b/${published!.path}\n`
}

function gitDiff(unit: Unit): string {
  const { path, text } = unit.published!
  return headOf(unit) + diffText(path, text, unit.text).replace(/^=+\n/, "")
}

/** Adds a line to a file's table of patched dependencies; the rest of it keeps its form. */
async function nameIn(file: string, spec: string, patch: string): Promise<void> {
  const text = await readFile(file, "utf8")
  const edits = modify(text, [TABLE, spec], patch, {
    formattingOptions: { insertSpaces: true, tabSize: 2 },
    getInsertionIndex: (keys) => {
      const behind = keys.findIndex((key) => BEHIND.includes(key))
      return behind < 0 ? keys.length : behind
    },
  })
  await writeFile(file, applyEdits(text, edits))
}

function doesNotApply({ published }: Unit, patch: string): Failure {
  return new Failure({
    what: `${patch} of the git tree does not apply to ${published!.package}`,
    why: `${published!.path} is another than the one it was made from`,
    next: "see whether bun install takes it in upstream's checkout",
  })
}
