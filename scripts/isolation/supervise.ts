import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Activity, type Ended } from "./activity.ts"
import { startCommand } from "./command.ts"
import { startControlServer } from "./control-server.ts"
import { createNetwork } from "./network.ts"
import { runFiles, type SupervisorRequest, type SupervisorResult } from "./request.ts"
import { Screen } from "./screen.ts"
import { type RunningService, startService } from "./service.ts"
import { addFiles, makeReadOnly } from "./system-files.ts"

/** Runs inside the namespace: `bun supervise.ts FOLDER` does what FOLDER/request.json asks and writes result.json. */
async function supervise(folder: string): Promise<void> {
  const request: SupervisorRequest = JSON.parse(readFileSync(join(folder, runFiles.request), "utf8"))
  // Ahead of the network, whose own files cover some of these.
  if (request.etc) addFiles("/etc", request.etc)
  const network = await createNetwork(request, join(folder, "etc"))
  if (request.readOnly) makeReadOnly(request.readOnly)
  const activity = new Activity(folder, network.packets)
  const services = await startServices(request, network.clock, activity)
  const screen = request.pty && new Screen(request.pty)
  screen?.onChange(() => activity.touch())
  const command = startCommand(request.command, folder, screen)
  let ended: Ended | undefined
  activity.watch(request.limits, (why) => {
    ended = why
    command.kill()
  })
  startControlServer({ folder, network, command, screen, activity, graceMs: request.limits.graceMs })
  const finished = await command.finished
  activity.stop()
  await Bun.sleep(request.lingerMs)
  const result: SupervisorResult = {
    ...finished,
    ended,
    attempts: network.attempts(),
    lost: network.lost(),
    services: services.map((service) => service.report()),
    screen: screen?.text(),
  }
  if (request.evidence) writeFileSync(join(folder, runFiles.pcap), network.pcap())
  writeFileSync(join(folder, runFiles.result), JSON.stringify(result))
  // All else in the namespace ends with this process, which is its first.
  process.exit(0)
}

async function startServices({ services }: SupervisorRequest, clock: () => number, activity: Activity) {
  const running: RunningService[] = []
  for (const service of services)
    running.push(await startService(service, { clock, touch: () => activity.touch() }))
  return running
}

// A recorder of which a part has failed proves nothing, whatever it goes on to write: Bun would end with 0.
for (const kind of ["uncaughtException", "unhandledRejection"])
  process.on(kind, (error) => {
    console.error(error)
    process.exit(1)
  })

await supervise(process.argv[2]!)
