import { defineScenario } from "../../scripts/audit/scenario.ts"
import { toolThenText } from "../../scripts/harness/provider.ts"
import type { IsolatedContext } from "../../scripts/harness/run-opencode.ts"
import { share } from "../../scripts/harness/scenarios.ts"
import { watchFor } from "../../scripts/isolation/limits.ts"

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

const blocks = languages.map((name) => `\`\`\`${name}\nin_${name} = 1\n\`\`\`\n`).join("\n")

export default defineScenario({
  title: "the TUI",
  group: "sessions",
  what: "Starts, draws an answer with code in 21 languages, offers the models, shares the conversation, and connects to GitHub Copilot. Offline it says that sharing is off and github.com is blocked.",
  worksOffline: true,
  range: ">=1.3.0",
  async run({ isolated, has }) {
    await isolated({
      provider: [toolThenText[0]!, { text: `The mock model says hello.\n\n${blocks}` }],
      // Offline, a provider that cannot be reached is not offered. Where one signs in to it is another host.
      env: { OPENCODE_OFFLINE_ALLOW: "api.githubcopilot.com" },
      pty: { columns: 130, rows: 100 },
      async during(context) {
        const { waitFor } = context
        await waitFor("Ask anything")
        await waitFor("Mock Model")
        await enter(context, "say hi")
        await waitFor("The mock model says hello.")
        for (const name of languages) await waitFor(`in_${name} = 1`)
        await enter(context, "/models")
        await waitFor("Select model")
        await leave(context, "Select model")
        await share(context, () => afterwards(context, "share-refuse", "Sharing is off"))
        await enter(context, "/connect")
        await waitFor("Connect a provider")
        await enter(context, "copilot")
        await waitFor("Select GitHub deployment type")
        await context.type("\r")
        await afterwards(context, "error-show-offline", "github.com:443 was blocked")
      },
    })
    return { worked: true, detail: `an answer with code in ${languages.length} languages` }

    /** What a patch says offline; what has none is given time to try. */
    async function afterwards({ waitFor }: IsolatedContext, patch: string, offline: string): Promise<void> {
      if (has(patch)) await waitFor(offline)
      else await watchFor(5000)
    }
  },
})

async function enter({ type, waitFor }: IsolatedContext, text: string): Promise<void> {
  await type(text)
  await waitFor(text)
  // What a list offers for a text is there a moment after the text.
  await watchFor(300)
  await type("\r")
}

/** Closes a dialog, and waits until it is gone: a key that comes too soon behind Escape is another key. */
async function leave({ type, waitUntilGone }: IsolatedContext, dialog: string): Promise<void> {
  await type("\x1b")
  await waitUntilGone(dialog)
}
