import type { Measured, Network, RunResult } from "../../scripts/network/data.ts"

/** Data of a release, by scenario and who was run, in mode `answer`. */
export function makeNetwork(
  version: string,
  runs: Record<string, Record<string, RunResult>>,
  more: Partial<Network> = {},
): Network {
  const integrity = `sha512-${Buffer.alloc(64).toString("base64")}`
  return {
    package: { name: "opencode-sample", version, integrity },
    results: { answer: runs },
    ...more,
  }
}

/** A run that did its job and tried these hosts, each twice. */
export function makeTried(...hosts: string[]): Measured {
  const tried = { times: 2, first: 0.5, ways: ["tcp/443", "udp/53"] }
  return { on: "2026-01-02", job: "done", hosts: Object.fromEntries(hosts.map((host) => [host, tried])) }
}

export const cutOff: RunResult = { on: "2026-01-03", notMeasured: "a time limit cut it off, twice" }
