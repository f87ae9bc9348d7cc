import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Failure } from "../../lib/errors.ts"
import { openStagedFolder, replaceFolder } from "../../lib/staged-folder.ts"
import { PINS } from "../../pins/pin.ts"
import { isVersion, listMeasured, readNetwork } from "../data.ts"
import { scenarioTitles } from "../releases.ts"
import type { MeasuredRelease } from "./facts.ts"
import { hostPath, releasePath } from "./frame.ts"
import { allHosts, printFront } from "./front.ts"
import { printHost } from "./host.ts"
import { printRelease } from "./release.ts"
import { printReview } from "./review.ts"
import { readWords, type Titles, type Words } from "./words.ts"

const FRONT = "index.html"

/** The pages, by their path in the site's folder. */
export type Pages = Map<string, string>

/** All pages, from data alone. */
export function makePages(
  releases: MeasuredRelease[],
  { words, titles }: { words: Words; titles: Titles },
): Pages {
  const pages: Pages = new Map()
  pages.set(FRONT, printFront(releases, words, titles))
  pages.set("review.html", printReview(releases, words, titles))
  releases.forEach((release, index) => {
    // A release of another product has none ahead of it.
    const before = isVersion(release.name) ? releases[index - 1] : undefined
    pages.set(releasePath(release.name), printRelease(release, { before, words, titles }))
  })
  for (const host of allHosts(releases))
    pages.set(hostPath(host), printHost(host, releases, { words, titles }))
  return pages
}

/**
 * Makes the site anew from what is kept in `pins/`.
 * @returns how many releases it is of
 * @throws Failure when nothing is measured, or `out` is something else
 */
export async function writeSite(out: string, pins = PINS): Promise<{ releases: number; pages: number }> {
  const names = await listMeasured(pins)
  if (names.length === 0) throw nothingMeasured()
  await requireSite(out)
  const releases = await Promise.all(
    names.map(async (name): Promise<MeasuredRelease> => ({ name, data: (await readNetwork(name, pins))! })),
  )
  const pages = makePages(releases, { words: await readWords(), titles: await scenarioTitles() })
  const folder = await openStagedFolder(out)
  for (const path of ["releases", "hosts"]) await mkdir(join(folder, path), { recursive: true })
  for (const [path, text] of pages) await writeFile(join(folder, path), text)
  await replaceFolder(folder, out)
  return { releases: releases.length, pages: pages.size }
}

async function requireSite(out: string): Promise<void> {
  const there = await readdir(out).catch((): string[] => [])
  if (there.length === 0 || (there.includes(FRONT) && there.includes("hosts"))) return
  throw new Failure({
    what: `The site cannot be put into ${out}`,
    why: "there is something else, which would be removed",
    next: "npm run network -- --out FOLDER with a folder that is empty or not there",
  })
}

function nothingMeasured(): Failure {
  return new Failure({
    what: "There is nothing to make a site of",
    why: "no folder of pins/ has a network.json",
    next: "npm run network -- VERSION",
  })
}
