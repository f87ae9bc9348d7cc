import { type Egress, headOf, type Rule } from "./rules.ts"

/** A NetworkPolicy for pods that have the label `app: opencode`. */
export function renderNetworkPolicy(egress: Egress): string {
  const blocks = egress.rules.filter((rule) => rule.blocks)
  const names = egress.rules.filter((rule) => !rule.blocks)
  const rules = [...blocks.flatMap(renderBlocks), ...(names.length > 0 ? renderProxy(names) : [])]
  return [
    ...headOf(egress).map((line) => `# ${line}`),
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata:",
    "  name: opencode-egress",
    "spec:",
    "  podSelector:",
    "    matchLabels:",
    "      app: opencode",
    "  policyTypes:",
    "    - Egress",
    rules.length > 0 ? "  egress:" : "  egress: []",
    ...rules.map((line) => `    ${line}`),
    "",
  ].join("\n")
}

function renderBlocks({ entry, blocks, port }: Rule): string[] {
  return [
    `# ${entry}`,
    "- to:",
    ...blocks!.flatMap((block) => ["    - ipBlock:", `        cidr: ${JSON.stringify(block)}`]),
    ...(port === undefined
      ? []
      : [
          "  ports:",
          ...["TCP", "UDP"].flatMap((protocol) => [`    - protocol: ${protocol}`, `      port: ${port}`]),
        ]),
  ]
}

/** A NetworkPolicy knows no names. So names go through a proxy, which looks them up itself: no name server is opened. */
function renderProxy(names: Rule[]): string[] {
  return [
    `# ${names.map(({ entry }) => entry).join(", ")}: through a proxy with egress.squid.conf, in pods that have this label.`,
    "- to:",
    "    - podSelector:",
    "        matchLabels:",
    "          app: egress-proxy",
    "  ports:",
    "    - protocol: TCP",
    "      port: 3128",
  ]
}
