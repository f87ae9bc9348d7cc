import { labelOf } from "../audit/known-hosts.ts"
import { readSpec } from "../pins/read-spec.ts"
import { isMeasured, listResults, type Network } from "./data.ts"
import { scenariosFor } from "./releases.ts"

/**
 * What must not be, a line each: ours tried what its scenario does not allow, or upstream's was not seen to try anything in any
 * run, which means that nothing was recorded.
 */
export async function findFindings(found: Map<string, Network>): Promise<string[]> {
  const lines = await Promise.all([...found].map(([name, data]) => findOf(name, data)))
  return lines.flat()
}

async function findOf(name: string, data: Network): Promise<string[]> {
  const release = readSpec(`${data.package.name}@${data.package.version}`)
  const scenarios = await scenariosFor(release)
  const allowed = (scenario: string) =>
    (scenarios.find((one) => one.name === scenario)?.allowed ?? []).map(labelOf)
  const measured = listResults(data).flatMap((one) =>
    isMeasured(one.result) ? [{ ...one, hosts: Object.keys(one.result.hosts) }] : [],
  )
  const tried = measured
    .filter(({ as }) => as === "offline")
    .flatMap(({ mode, scenario, hosts }) =>
      hosts
        .filter((host) => !allowed(scenario).includes(host))
        .map((host) => `${name}: ours, offline, tried ${host} in ${scenario} (${mode})`),
    )
  const ofStock = measured.filter(({ as }) => as === "stock")
  const isDeaf = ofStock.length > 1 && ofStock.every(({ hosts }) => hosts.length === 0)
  return isDeaf ? [...tried, `${name}: upstream's was not seen to try anything`] : tried
}
