import { findGroup, type SiteGroup } from "../pins/connect-sites.ts"
import type { ConnectSite } from "../upstream/connect-sites.ts"

/** A place that connects, with what is said of it; without, when nobody has said anything. */
export interface StatedSite {
  site: ConnectSite
  group?: SiteGroup
}

/** Looks up what is said of each place. */
export function stateSites(sites: ConnectSite[], groups: SiteGroup[]): StatedSite[] {
  return sites.map((site) => ({ site, group: findGroup(site.around, groups) }))
}

/** A Markdown table: the places of each group by what is called there, and which scenario reaches them or why none does. */
export function printSitesTable(stated: StatedSite[], groups: SiteGroup[]): string {
  const rows = groups.flatMap((group) => {
    const own = stated.filter((one) => one.group === group).map(({ site }) => site.calls)
    return own.length > 0 ? [`| ${group.what} | ${countCalls(own)} | ${group.why} |`] : []
  })
  return [
    "| what connects to a host that does not stand at the place | places | which scenario reaches it, or why none does |",
    "|---|---|---|",
    ...rows,
  ].join("\n")
}

/** `fetch` 3, `http.request` 1 */
function countCalls(calls: string[]): string {
  return [...Map.groupBy(calls, (name) => name)]
    .map(([name, { length }]) => `\`${name}\` ${length}`)
    .sort()
    .join(", ")
}

/** How somebody finds a place of which nothing is said, in one line: without a text of upstream's. */
export function nameSite({ calls, module, around }: ConnectSite): string {
  const names = around.flatMap(
    (text) => text.match(/(?<=[."'`{,]|async |class |function )[A-Za-z]\w{9,30}\b/g) ?? [],
  )
  return `${calls} in ${module}, near ${[...new Set(names)].slice(0, 6).join(", ") || "no name"}`
}
