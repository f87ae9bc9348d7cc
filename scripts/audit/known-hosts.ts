import type { NetworkMode } from "../isolation/network.ts"
import type { KnownHosts } from "../pins/hosts.ts"

/** The hosts that all scenarios together must have seen upstream's try in a network of this kind. */
export function hostsOfStock({ always, unlessDropped }: KnownHosts, mode: NetworkMode): string[] {
  return mode === "drop" ? always : [...always, ...unlessDropped]
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
