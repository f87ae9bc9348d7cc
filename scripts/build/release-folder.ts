import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")

/** What a release's folder is called: `dist/<pin>-<target>`, with what was left out or taken otherwise behind it. */
export function releaseFolder({
  pin,
  target,
  source,
  coreOnly,
}: {
  pin: string
  target: string
  source: "release" | "git"
  coreOnly: boolean
}): string {
  return join(ROOT, "dist", `${pin}-${target}${source === "git" ? "-git" : ""}${coreOnly ? "-core" : ""}`)
}
