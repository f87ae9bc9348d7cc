import { childModule } from "./children/module.ts"
import { takeOver } from "./handover.ts"
import { loadLibrariesElsewhere } from "./native-libraries.ts"
import { isGuarded, start } from "./switch.ts"
import { withSlashes } from "./system.ts"

/**
 * What a worker, and a child that is Bun, runs first: this file, or the module or the copy that it is part of. A release
 * has it and all that it imports as a module of its own: a worker that uses nothing else of OpenCode's loads nothing else
 * of ours.
 */
export const PRELOAD = withSlashes(childModule ?? import.meta.path)

const resolved = takeOver()
// OpenCode that a shell started has the guard of a child that is Bun in its environment, too.
if (resolved && !isGuarded()) start(() => resolved, PRELOAD)
if (resolved) loadLibrariesElsewhere()
