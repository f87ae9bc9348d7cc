// Runs in place of OpenCode, inside its executable: tries every vector by system calls, and prints what became of it; or runs
// a shell command.
import { boundTo, kernelVectors, opened, vsockDenied } from "./kernel-vectors.ts"

const SHARED = [198, 18, 0, 1]

/** The addresses of a vector, by its place in the list (RFC 5737 and RFC 3849). */
export function targetOf(id: string) {
  const index = Object.keys(kernelVectors).indexOf(id) + 1
  return {
    v4: [203, 0, 113, index],
    v6: [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, index],
    name: `${id}.example`,
    resolver: SHARED,
  }
}

if (process.env.PROBE_KERNEL) {
  const results = Object.entries(kernelVectors).map(([id, { run }]) => [id, run(targetOf(id))])
  const vsock = process.env.PROBE_KERNEL === "confined" ? vsockDenied() : undefined
  const uid = process.getuid?.()
  console.log(
    JSON.stringify({ results: Object.fromEntries(results), opened: opened(), vsock, bound: boundTo(), uid }),
  )
  process.exit()
}

if (process.env.PROBE_COMMAND) {
  if (process.env.PROBE_TRAP)
    process.on("SIGTERM", () => {
      console.log("trapped SIGTERM")
      process.exit(5)
    })
  const child = Bun.spawn(["/bin/bash", "-c", process.env.PROBE_COMMAND], {
    stdio: ["inherit", "inherit", "inherit"],
  })
  process.exit(await child.exited)
}
