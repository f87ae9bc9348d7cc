import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startProvider } from "../harness/provider.ts"
import { startCommand } from "./command.ts"
import { startControlServer } from "./control-server.ts"
import { createNetwork } from "./network.ts"
import { runFiles, type SupervisorRequest, type SupervisorResult } from "./request.ts"
import { Screen } from "./screen.ts"
import { makeReadOnly } from "./system-files.ts"

/** Runs inside the namespace: `bun supervise.ts FOLDER` does what FOLDER/request.json asks and writes result.json. */
async function supervise(folder: string): Promise<void> {
  const request: SupervisorRequest = JSON.parse(readFileSync(join(folder, runFiles.request), "utf8"))
  const network = await createNetwork(request, join(folder, "etc"))
  if (request.readOnly) makeReadOnly(request.readOnly)
  const provider = request.provider && startProvider(request.provider, network.clock, request.thinkingMs)
  const screen = request.pty && new Screen(request.pty)
  const command = startCommand(request.command, folder, screen)
  startControlServer({ folder, network, command, screen })
  const finished = await command.finished
  await Bun.sleep(request.lingerMs)
  const result: SupervisorResult = {
    ...finished,
    attempts: network.attempts(),
    lost: network.lost(),
    providerRequests: provider?.requests ?? [],
    screen: screen?.text(),
  }
  if (request.evidence) writeFileSync(join(folder, runFiles.pcap), network.pcap())
  writeFileSync(join(folder, runFiles.result), JSON.stringify(result))
  // All else in the namespace ends with this process, which is its first.
  process.exit(0)
}

await supervise(process.argv[2]!)
