import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")

/** What a release's folder is called: `dist/<pin>-<target>`, with what was left out, taken otherwise or put inside behind it. */
export function releaseFolder({
  pin,
  target,
  source,
  coreOnly,
  variant,
}: {
  pin: string
  target: string
  source: "release" | "git"
  coreOnly: boolean
  /** What an organisation puts inside: build/variant.ts. */
  variant?: string
}): string {
  const parts = [source === "git" ? "git" : "", coreOnly ? "core" : "", variant ?? ""].filter(Boolean)
  return join(ROOT, "dist", [pin, target, ...parts].join("-"))
}
