import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PROBE_WORKER } from "../../../scripts/harness/probe-worker.ts"

/** Writes the probe's code as a file, for a child that is Bun: it cannot see what is inside the executable. */
export function writeProbe(): string {
  const file = join(mkdtempSync(join(tmpdir(), "probe-")), "probe.js")
  writeFileSync(file, readFileSync(PROBE_WORKER))
  return file
}
