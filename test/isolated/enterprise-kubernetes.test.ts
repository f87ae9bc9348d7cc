import { expect, test } from "bun:test"
import { join } from "node:path"
import { egress } from "../../scripts/emit/egress.ts"
import { hostsTried } from "../../scripts/harness/scenarios.ts"
import { createAuthority, issueCertificate } from "../../scripts/isolation/authority.ts"
import { builtExecutable } from "../lib/built.ts"
import { readPage } from "../lib/page.ts"
import { sampleRecord, sampleSubject } from "../lib/subject.ts"
import { runAtCorp } from "./lib/corp.ts"
import type { ProxyOptions, ProxyRequest } from "./lib/corp-proxy.ts"

// docs/enterprise/kubernetes.md, as far as it can be tried without a cluster.

const page = await readPage("enterprise/kubernetes.md")
const policy = JSON.parse(page.block("The policy, which is built in"))
const networkPolicy = page.block("`egress.networkpolicy.yaml` of that release")
const [configMap, workstation] = page
  .block("The workstation:")
  .split(/^---$/m)
  // biome-ignore lint/suspicious/noExplicitAny: it is what a manifest has, each part of which is compared below
  .map((text) => Bun.YAML.parse(text) as any)
const { template, selector, volumeClaimTemplates } = workstation.spec
const { securityContext, containers, volumes } = template.spec
const [container] = containers

test("the NetworkPolicy is what a release with that policy brings, and selects the pod", async () => {
  const files = await egress.print(sampleSubject({ record: { ...sampleRecord, policy } }))
  const lines = files["egress.networkpolicy.yaml"]!.split("\n").filter((line) => !/^ *#/.test(line))
  expect(networkPolicy).toBe(lines.join("\n"))
  expect(Bun.YAML.parse(networkPolicy)).toMatchObject({ spec: { podSelector: selector } })
  expect(template.metadata.labels).toEqual(selector.matchLabels)
  expect(JSON.parse(configMap.data["opencode.json"]).offline).toEqual(policy)
})

test("the pod has a root that nobody can write to, no rights, and a volume for each of its mounts", () => {
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } })
  expect(container.securityContext).toEqual({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  })
  const claims = volumeClaimTemplates.map(({ metadata }: { metadata: { name: string } }) => metadata.name)
  const names = [...claims, ...volumes.map(({ name }: { name: string }) => name)].sort()
  expect(container.volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(names)
  expect(volumes).toContainEqual({ name: "managed", configMap: { name: configMap.metadata.name } })
})

/**
 * As the pod has it: its user, no capabilities, a root that nobody can write to, and a config map in the place of the managed
 * folder, which is links. First it says what could be written outside of the volumes.
 */
const POD = `
set -e
mount -t tmpfs none /etc/opencode
mkdir /etc/opencode/..1
printf %s "$MANAGED" >/etc/opencode/..1/opencode.json
ln -s ..1 /etc/opencode/..data
ln -s ..data/opencode.json /etc/opencode/opencode.json
mount -o remount,ro /etc/opencode
chmod -R a+rwX "$VOLUMES"
mount --bind "$VOLUMES" "$VOLUMES"
mount -o remount,bind,ro /
cd "$PWD"
exec setpriv --reuid="$USER_ID" --regid="$USER_ID" --clear-groups --no-new-privs --bounding-set=-all sh -c '
  for place in /var/tmp /etc/opencode; do
    touch $place/written 2>/dev/null && rm $place/written && echo "$place can be written to"
  done
  "$1" offline --json && "$1" run "say hi"' sh "$1"`

// Only root can become another user.
if (process.getuid?.() === 0)
  test("as the pod's user, with a root that nobody can write to, it is held by the config map and asks through the proxy", async () => {
    const authority = await createAuthority()
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const given = container.env.filter(({ value, name }: any) => value && name !== "HOME")
    const values = Object.fromEntries(
      given.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
    const { baseURL } = JSON.parse(configMap.data["opencode.json"]).provider.corp.options
    const proxy = new URL(values.HTTPS_PROXY)
    const beside: ProxyOptions = { port: Number(proxy.port), login: "" }
    const result = await runAtCorp({
      executable: Bun.which("unshare")!,
      args: ["--mount", "sh", "-c", POD.replaceAll('"$VOLUMES"', '"$HOME/.."'), "sh", builtExecutable()],
      gateway: {
        port: 443,
        tls: {
          key: authority.key,
          certificate: await issueCertificate(authority, new URL(baseURL).hostname),
        },
      },
      env: {
        ...values,
        PATH: process.env.PATH!,
        MANAGED: configMap.data["opencode.json"],
        USER_ID: String(securityContext.runAsUser),
        CORP_KEY: "the key",
      },
      etc: {
        "opencode/there": "",
        [values.NODE_EXTRA_CA_CERTS.replace("/etc/", "")]: authority.certificate,
      },
      beside: [{ module: join(import.meta.dirname, "lib/corp-proxy.ts"), options: beside }],
    })
    expect(result.stdout).not.toContain("can be written to")
    expect(result.stdout).toEndWith("The mock model says hello.\n")
    const report = JSON.parse(result.stdout.slice(0, result.stdout.lastIndexOf("}") + 1))
    expect(report).toMatchObject({ offline: true, locked: "/etc/opencode/opencode.json" })
    const asked = new Set((result.told[0] as ProxyRequest[]).map(({ what }) => what))
    expect(asked).toEqual(new Set([`CONNECT ${new URL(baseURL).hostname}:443`]))
    expect(hostsTried(result)).toEqual([proxy.hostname])
  })
