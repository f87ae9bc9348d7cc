import { readFile } from "node:fs/promises"
import path from "node:path"
import type { Plugin } from "esbuild"
import { makeProbe, type ProbeOptions } from "../../../scripts/harness/probe-executable.ts"

/** Names a file of offline/guard, or `children`, that is left out of the run, or `all`: the executable that is made here obeys it. */
export const LEAVE_OUT = "TEST_GUARD_WITHOUT"

/** Makes an executable with the guard in it that runs a probe and obeys LEAVE_OUT. */
export function makeGuardExecutable(script: string, options: ProbeOptions): Promise<string> {
  return makeProbe(probeFile(script), { ...options, plugins: [obeyLeaveOut] })
}

/** The path of a probe: `script` is a file beside this one. */
export function probeFile(script: string): string {
  return path.join(import.meta.dirname, script)
}

/** Lets each interception be left out, so that a test can see that its vectors are open without it. */
const obeyLeaveOut: Plugin = {
  name: "obey-leave-out",
  setup({ onLoad }) {
    onLoad({ filter: /offline\/(guard\/[a-z-]+|children\/intercept)\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8")
      const name = file.includes("/children/") ? "children" : path.basename(file, ".ts")
      const contents = text.replace(
        /^export function intercept\w+\(.*\{$/m,
        (line) => `${line}\n  if (["${name}", "all"].includes(process.env.${LEAVE_OUT})) return`,
      )
      if (contents === text && text.includes("export function intercept"))
        throw new Error(`${file}: what intercepts cannot be left out, as its line has another form`)
      return { contents, loader: "ts" }
    })
  },
}
