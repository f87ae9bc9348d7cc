import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { YAML } from "bun"
import { egress } from "../../scripts/emit/egress.ts"
import { sampleSubject } from "../lib/subject.ts"

// What docs/container.md shows is held against what a release has: nothing here runs a cluster.

const text = await readFile(join(import.meta.dirname, "../../docs/container.md"), "utf8")
const image = await readFile(join(import.meta.dirname, "../../scripts/makers/image.ts"), "utf8")

const block = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)![1]!

test("the pod has the label that the release's NetworkPolicy selects", async () => {
  const pod = YAML.parse(block("yaml")) as { metadata: { labels: object } }
  const files = await egress.print(sampleSubject())
  const policy = YAML.parse(files["egress.networkpolicy.yaml"]!) as {
    spec: { podSelector: { matchLabels: object } }
  }
  expect(pod.metadata.labels).toEqual(policy.spec.podSelector.matchLabels)
})

test("the pod runs as the image's user, and mounts what the image names", () => {
  const { spec } = YAML.parse(block("yaml")) as {
    spec: {
      securityContext: object
      containers: { volumeMounts: { name: string; mountPath: string }[] }[]
      volumes: { name: string }[]
    }
  }
  const [, user] = /const USER = ([\d_]+)/.exec(image)!
  expect(spec.securityContext).toMatchObject({
    runAsUser: Number(user!.replace("_", "")),
    runAsNonRoot: true,
  })
  const mounts = spec.containers[0]!.volumeMounts
  expect(mounts.map(({ name }) => name)).toEqual(spec.volumes.map(({ name }) => name))
  const authority = /const AUTHORITY = "(.+)\/ca\.pem"/.exec(image)![1]!
  for (const path of ["/work", "/home/opencode", "/tmp", "/etc/opencode", authority])
    expect(mounts.map(({ mountPath }) => mountPath)).toContain(path)
})

test("the profile's rules allow four families of sockets, and AF_VSOCK is none of them", () => {
  const rules: { names: string[]; action: string; args: { index: number; value: number; op: string }[] }[] =
    JSON.parse(block("json"))
  expect(rules.map(({ args }) => args[0]!.value)).toEqual([1, 2, 10, 16])
  for (const { names, action, args } of rules) {
    expect({ names, action }).toEqual({ names: ["socket"], action: "SCMP_ACT_ALLOW" })
    expect(args).toEqual([{ index: 0, value: args[0]!.value, op: "SCMP_CMP_EQ" }])
  }
})
