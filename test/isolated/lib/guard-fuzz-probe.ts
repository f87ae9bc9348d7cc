// Runs in place of OpenCode, inside its executable: uses every API with every kind of value, in the main thread or, where a
// variable says so, in a worker or in a child that is Bun. What gets out is the recorder's to see; how many were tried is printed.
import { PROBE_WORKER } from "../../../scripts/harness/probe-worker.ts"
import { optionTargets, textTargets, type Where } from "./guard-fuzz-targets.ts"
import { type Kind, objects, texts } from "./guard-fuzz-values.ts"
import { patience } from "./patience.ts"
import { writeProbe } from "./write-probe.ts"

/** Long enough for a packet, where nothing is refused. */
const PATIENCE = patience(10)

// A child that was to be Bun, and is not.
if (process.argv.includes("-e")) process.exit()

// Values that nobody can use fail in any place, also later.
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => {})

const { PROBE_PLACE: place, BUN_BE_BUN } = process.env
// Children of that child are Bun where a value says so.
delete process.env.BUN_BE_BUN

if (Bun.isMainThread && place === "worker") {
  new Worker(PROBE_WORKER).addEventListener("close", () => process.exit())
} else if (place === "bun-child" && !BUN_BE_BUN) {
  const env = { ...process.env, BUN_BE_BUN: "1" }
  const child = Bun.spawn([process.execPath, writeProbe()], { env, stdout: "inherit", stderr: "inherit" })
  process.exit(await child.exited)
} else {
  const tried =
    (await tryAll(textTargets, texts, 0)) +
    (await tryAll(optionTargets, objects, Object.keys(textTargets).length))
  await new Promise((done) => setTimeout(done, patience(500)))
  console.log(tried)
  process.exit()
}

async function tryAll<T>(
  targets: Record<
    string,
    [meant: (where: Where) => T, harmless: T, use: (value: unknown, where: Where) => unknown]
  >,
  kinds: Record<string, Kind<never>>,
  first: number,
): Promise<number> {
  let tried = 0
  for (const [index, [meant, harmless, use]] of Object.values(targets).entries()) {
    for (const [kind, title] of Object.keys(kinds).entries()) {
      const where = { name: `p${first + index}.k${kind}.example`, address: `203.0.113.${first + index + 1}` }
      tried++
      await settled(() => use(kinds[title]!(meant(where) as never, harmless as never), where))
    }
  }
  return tried
}

async function settled(run: () => unknown): Promise<void> {
  const late = new Promise((done) => setTimeout(done, PATIENCE))
  try {
    await Promise.race([run(), late])
  } catch {}
}
