import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { defineScenario } from "../../scripts/audit/scenario.ts"

import { serverUrl } from "../../scripts/harness/scenarios.ts"
import { judge } from "../lib/outcome.ts"
import { type ServerContext, serve } from "../lib/serve.ts"

/** Longer than the hour after which upstream's fetches the catalogue of models again. */
const SECONDS = 61 * 60

export default defineScenario({
  title: "a session of more than an hour",
  what: "Holds a conversation, lets 61 minutes pass by advancing the clock, at which every hourly timer is due, and goes on with the conversation.",
  worksOffline: true,
  async run({ isolated, executable }) {
    const checks: Record<string, boolean> = {}
    await serve(isolated, {}, async (context) => {
      const { id, time } = JSON.parse((await context.ask("POST", "/session", { body: "{}" })).text)
      checks["answered ahead of it"] = await converse(context, id)
      const stop = new AbortController()
      const events = await context.fetch(`${serverUrl}/event`, { signal: stop.signal })
      await advanceClock(context, executable)
      setTimeout(() => stop.abort(), 5000).unref()
      checks["saw its timers due"] = await hasHeartbeat(events, stop.signal)
      checks["answered after it"] = await converse(context, id)
      const later = JSON.parse((await context.ask("GET", `/session/${id}`)).text)
      checks["saw the time pass"] = later.time.updated - time.created > SECONDS * 1000
      // What the timers start may take a moment to leave.
      await sleep(1000)
    })
    return judge(checks, "answered, and answered again 61 minutes later")
  },
})

async function converse({ ask }: ServerContext, id: string): Promise<boolean> {
  const body = JSON.stringify({ parts: [{ type: "text", text: "say hi" }] })
  return (await ask("POST", `/session/${id}/message`, { body })).text.includes("The mock model says hello.")
}

/** Whether the server's heartbeat, which comes every ten seconds, is among its events ahead of `stop`. */
async function hasHeartbeat(events: Response, stop: AbortSignal): Promise<boolean> {
  const decoder = new TextDecoder()
  try {
    for await (const chunk of events.body!)
      if (decoder.decode(chunk).includes("server.heartbeat")) return true
  } catch (error) {
    if (!stop.aborted) throw error
  }
  return false
}

async function advanceClock({ execute }: ServerContext, executable: string): Promise<void> {
  const script = join(import.meta.dirname, "../../scripts/isolation/advance-clock.ts")
  const { exitCode, stderr } = await execute(process.execPath, [script, executable, String(SECONDS)])
  if (exitCode !== 0) throw new Error(`the clock could not be advanced: ${stderr}`)
}
