import { join } from "node:path"
import { defineScenario } from "../../scripts/audit/scenario.ts"
import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"
import { judge } from "../lib/outcome.ts"
import { type ServerContext, serve } from "../lib/serve.ts"

/** Longer than the hour after which upstream's fetches the catalogue of models again. */
const SECONDS = 61 * 60

export default defineScenario({
  title: "a session of more than an hour",
  group: "sessions",
  what: "Holds a conversation, lets 61 minutes pass by advancing the clock, at which every hourly timer is due, and goes on with the conversation.",
  worksOffline: true,
  async run({ isolated, executable }) {
    const checks: Record<string, boolean> = {}
    await serve(isolated, {}, async (context) => {
      const { id, time } = JSON.parse((await context.ask("POST", "/session", { body: "{}" })).text)
      checks["answered ahead of it"] = await converse(context, id)
      const events = await context.fetch(`${serverUrl}/event`)
      await advanceClock(context, executable)
      checks["saw its timers due"] = await hasHeartbeat(events)
      checks["answered after it"] = await converse(context, id)
      const later = JSON.parse((await context.ask("GET", `/session/${id}`)).text)
      checks["saw the time pass"] = later.time.updated - time.created > SECONDS * 1000
      // What the timers start may take a moment to leave.
      await watchFor(1000)
    })
    return judge(checks, "answered, and answered again 61 minutes later")
  },
})

async function converse({ ask }: ServerContext, id: string): Promise<boolean> {
  const body = JSON.stringify({ parts: [{ type: "text", text: "say hi" }] })
  return (await ask("POST", `/session/${id}/message`, { body })).text.includes("The mock model says hello.")
}

/** Waits for the server's heartbeat, a timer of ten seconds: with it, all timers that are due are seen to be. */
async function hasHeartbeat(events: Response): Promise<boolean> {
  const decoder = new TextDecoder()
  for await (const chunk of events.body!) if (decoder.decode(chunk).includes("server.heartbeat")) return true
  return false
}

async function advanceClock({ execute }: ServerContext, executable: string): Promise<void> {
  const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")
  const { exitCode, stderr } = await execute(process.execPath, [script, executable, String(SECONDS)])
  if (exitCode !== 0) throw new Error(`the clock could not be advanced: ${stderr}`)
}
