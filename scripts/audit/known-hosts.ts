import type { NetworkMode } from "../isolation/network.ts"

/** The hosts that upstream's 1.3.0 is known to try in each mode, by how they are called here. */
const ALWAYS = ["models.dev", "the npm registry", "github.com", "app.opencode.ai", "opncd.ai"]

/** Where packets are dropped, upstream's waits for other hosts ahead of these, for longer than a scenario lasts. */
const UNLESS_DROPPED = [
  ...["api.github.com", "api.opencode.ai", "opencode.ai", "mcp.exa.ai", "Homebrew", "Chocolatey"],
  ...["api.releases.hashicorp.com", "www.eclipse.org", "mDNS"],
]

/** The hosts that all scenarios together must have seen upstream's 1.3.0 try. */
export function hostsOfStock(mode: NetworkMode): string[] {
  return mode === "drop" ? ALWAYS : [...ALWAYS, ...UNLESS_DROPPED]
}

/** Registries are known by their first labels, as which one it is, is for a package manager's configuration to say. */
const labels: [pattern: RegExp, label: string][] = [
  [/^registry\./, "the npm registry"],
  [/^formulae\./, "Homebrew"],
  [/chocolatey/, "Chocolatey"],
  [/golang/, "the Go module proxy"],
  [/nuget/, "NuGet"],
  [/rubygems/, "RubyGems"],
  // Its group and its names, and the joining of a group, which goes to 224.0.0.22.
  [/^224\.0\.0\.(22|251)$|\.local$/, "mDNS"],
  // RFC 2606 and RFC 5737: names and addresses that nobody has.
  [/\.example$/, "a host that is configured"],
  [/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/, "an address that is configured"],
]

/** How a host is called in what people read and keep. */
export function labelOf(host: string): string {
  return labels.find(([pattern]) => pattern.test(host))?.[1] ?? host
}
