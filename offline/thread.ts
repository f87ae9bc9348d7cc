import { takeOver } from "./handover.ts"
import { start } from "./switch.ts"

// What a worker, and a child that is Bun, runs first. A release has this file and all that it imports as a module of its
// own: a worker that uses nothing else of OpenCode's loads nothing else of ours.
const resolved = takeOver()
if (resolved) start(() => resolved)
