import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { NpmOptions } from "./config.ts"

const KEPT = [/^registry$/, /^@[^:]+:registry$/, /^\/\/.+:(_authToken|_auth|_password|username|email)$/]

/**
 * Makes a folder a home whose npmrc has another client ask the same registries, with the same logins and the same CAs.
 * What is written there is for the one who runs this only.
 */
export async function writeNpmHome(home: string, npm: NpmOptions): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const authorities = [npm.ca ?? []].flat().join("\n")
  const cafile = join(home, "ca.pem")
  await writeFile(cafile, authorities)
  const lines = authorities === "" ? [] : [`cafile=${cafile}\n`]
  await writeFile(join(home, ".npmrc"), [...registryLines(npm), ...lines].join(""), { mode: 0o600 })
}

function registryLines(npm: NpmOptions): string[] {
  return Object.entries(npm)
    .filter(([key, value]) => typeof value === "string" && KEPT.some((pattern) => pattern.test(key)))
    .map(([key, value]) => `${key}=${value}\n`)
}

/** npm's proxy, as the variables that other clients read. */
export function proxyVariables(npm: NpmOptions): Record<string, string> {
  const given: [string, unknown][] = [
    ["HTTP_PROXY", npm.proxy],
    ["HTTPS_PROXY", npm.httpsProxy],
    ["NO_PROXY", npm.noProxy],
  ]
  return Object.fromEntries(given.filter((pair): pair is [string, string] => Boolean(pair[1])))
}
