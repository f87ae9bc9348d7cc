import { setTimeout as sleep } from "node:timers/promises"
import { defineScenario } from "../../scripts/audit/scenario.ts"
import { toolThenText } from "../../scripts/harness/provider.ts"
import type { IsolatedContext } from "../../scripts/isolation/isolated.ts"

/** The languages whose grammar upstream's fetches to colour code, by the name that a block of code has. */
const languages = [
  ...[
    "python",
    "rust",
    "go",
    "cpp",
    "csharp",
    "bash",
    "c",
    "java",
    "ruby",
    "php",
    "scala",
    "html",
    "json",
    "yaml",
  ],
  ...["haskell", "css", "julia", "ocaml", "clojure", "swift", "nix"],
]

/** How long a busy machine may take to start it, and for an answer, in milliseconds. */
const PATIENCE = 60_000

const blocks = languages.map((name) => `\`\`\`${name}\nin_${name} = 1\n\`\`\`\n`).join("\n")

export default defineScenario({
  title: "the TUI",
  what: "Starts, draws an answer with code in 21 languages, offers the models, shares the conversation, and connects to GitHub Copilot. Offline it says that sharing is off and github.com is blocked.",
  worksOffline: true,
  async run({ isolated, variant }) {
    // Each step throws, with the screen, when what it waits for does not come.
    await isolated({
      provider: [toolThenText[0]!, { text: `The mock model says hello.\n\n${blocks}` }],
      pty: { columns: 130, rows: 100 },
      timeoutMs: 3 * PATIENCE,
      async during(context) {
        const { waitFor } = context
        await waitFor("Ask anything", PATIENCE)
        await waitFor("Mock Model")
        await enter(context, "say hi")
        await waitFor("The mock model says hello.", PATIENCE)
        for (const name of languages) await waitFor(`in_${name} = 1`)
        await enter(context, "/models")
        await waitFor("Select model")
        await leave(context, "Select model")
        await enter(context, "/share")
        await afterwards(context, "Sharing is off")
        await enter(context, "/connect")
        await waitFor("Connect a provider")
        await enter(context, "copilot")
        await waitFor("Select GitHub deployment type")
        await context.type("\r")
        await afterwards(context, "github.com:443 was blocked")
      },
    })
    return { worked: true, detail: `an answer with code in ${languages.length} languages` }

    /** Offline, what is said; upstream's is given time to try. */
    async function afterwards({ waitFor }: IsolatedContext, offline: string): Promise<void> {
      if (variant === "offline") await waitFor(offline)
      else await sleep(2000)
    }
  },
})

async function enter({ type, waitFor }: IsolatedContext, text: string): Promise<void> {
  await type(text)
  await waitFor(text)
  // What a list offers for a text is there a moment after the text.
  await sleep(300)
  await type("\r")
}

/** Closes a dialog, and waits until it is gone: a key that comes too soon behind Escape is another key. */
async function leave({ type, screen }: IsolatedContext, dialog: string): Promise<void> {
  await type("\x1b")
  const end = performance.now() + 5000
  while ((await screen()).includes(dialog)) {
    if (performance.now() > end) throw new Error(`${JSON.stringify(dialog)} did not go away in 5 s`)
    await sleep(50)
  }
}
