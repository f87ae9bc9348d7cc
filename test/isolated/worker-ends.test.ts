import { describe, expect, test } from "bun:test"
import { rm } from "node:fs/promises"
import { dirname } from "node:path"
import { runIsolated } from "../../scripts/harness/run-opencode.ts"
import { stockRuntimes } from "../lib/stock.ts"
import { makeGuardExecutable } from "./lib/guard-executable.ts"

// What the guard does in a worker must not stand in the way of its end: some runtimes crash, now and then, when a worker
// ends that has made certain objects of theirs.

describe.each(await stockRuntimes())("on the runtime of $release", ({ executable: stock }) => {
  test("workers that are offline end, and the process goes on", async () => {
    const executable = await makeGuardExecutable("worker-ends-probe.ts", { stock })
    try {
      const { exitCode, stdout, stderr } = await runIsolated({ executable, args: ["--offline"] })
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "all ended\n", stderr: "" })
    } finally {
      await rm(dirname(executable), { recursive: true })
    }
  })
})
