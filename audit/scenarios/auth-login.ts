import { type AuditContext, defineScenario } from "../../scripts/audit/scenario.ts"
import type { IsolatedResult } from "../../scripts/harness/run-opencode.ts"
import { judge, linesOf } from "../lib/outcome.ts"

/** How one signs in: the words of the command, what is answered to its questions, and what is said offline. */
interface SignIn {
  args: string[]
  answers?: [question: string, keys: string][]
  offline: string
}

/** What GitLab's way of signing in asks for in some releases, which keep the key and connect nowhere: that is an end, too. */
const ASKS_FOR_KEY = "Enter your API key"

const signIns: SignIn[] = [
  { args: ["auth", "login", "https://org.example"], offline: "org.example:443 was blocked" },
  {
    args: ["auth", "login", "-p", "openai", "-m", "ChatGPT Pro/Plus (headless)"],
    offline: "auth.openai.com:443 was blocked",
  },
  {
    args: ["auth", "login", "-p", "github-copilot", "-m", "Login with GitHub Copilot"],
    answers: [["Select GitHub deployment type", "\r"]],
    offline: "github.com:443 was blocked",
  },
  {
    args: ["auth", "login", "-p", "gitlab", "-m", "GitLab Personal Access Token"],
    answers: [
      ["instance URL", "https://gitlab.com\r"],
      ["glpat-xx", "glpat-none\r"],
    ],
    // The plugin that upstream brings for it keeps the reason to itself.
    offline: "Failed to authorize",
  },
  { args: ["console", "login", "https://console.example"], offline: "console.example:443 was blocked" },
]

export default defineScenario({
  title: "sign-in",
  what: "Signs in to an organisation, to ChatGPT, to GitHub Copilot, to GitLab and to the console. Offline each says that it cannot be.",
  worksOffline: false,
  async run(context) {
    const results = await Promise.all(signIns.map((each) => signIn(context, each)))
    const unclear = signIns.filter(({ offline }, index) => {
      const { exitCode, screen } = results[index]!
      if (screen?.includes(ASKS_FOR_KEY)) return false
      const said =
        !context.has("error-show-offline") || linesOf(results[index]!).some((line) => line.includes(offline))
      return exitCode === undefined || !said
    })
    const seen = unclear.map(({ args }) => args.join(" ")).join(", ") || `${signIns.length} sign-ins ended`
    return judge({ "a clear end of each": unclear.length === 0 }, seen)
  },
})

function signIn({ isolated }: AuditContext, { args, answers = [] }: SignIn): Promise<IsolatedResult> {
  return isolated({
    args,
    provider: true,
    pty: { columns: 200, rows: 40 },
    async during({ waitFor, type, finished }) {
      const ended = Promise.race([waitFor(ASKS_FOR_KEY), finished()]).then(() => false)
      for (const [question, keys] of answers) {
        const asked = waitFor(question).then(() => true)
        if (!(await Promise.race([asked, ended]))) return
        await type(keys)
      }
      await ended
    },
  })
}
