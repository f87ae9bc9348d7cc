import { renderNetworkPolicy } from "./egress/network-policy.ts"
import { renderNftables } from "./egress/nftables.ts"
import { egressOf } from "./egress/rules.ts"
import { renderSquid } from "./egress/squid.ts"
import { type Output, toJson } from "./output.ts"

/** What the build's policy lets it connect to, for those who put more around it. */
export const egress: Output = {
  name: "egress",
  about: "network teams: what it may connect to, as JSON and as rules of proxies and firewalls",
  files: ["egress.json", "egress.squid.conf", "egress.nft", "egress.networkpolicy.yaml"],
  print: (subject) => {
    const found = egressOf(subject)
    return {
      "egress.json": toJson(found),
      "egress.squid.conf": renderSquid(found),
      "egress.nft": renderNftables(found),
      "egress.networkpolicy.yaml": renderNetworkPolicy(found),
    }
  },
}
