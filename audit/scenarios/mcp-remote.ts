import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, linesOf } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

const mcp = {
  named: { type: "remote", url: "https://tools.example/mcp" },
  numbered: { type: "remote", url: "http://203.0.113.5/mcp" },
  signed: { type: "remote", url: "https://signed.example/mcp", oauth: { clientId: "none" } },
}

export default defineScenario({
  title: "remote MCP servers",
  group: "configuration",
  what: "Connects to the remote MCP servers of a project, signs in to one, and answers a question. Offline it lists each as failed, with the reason, and answers.",
  worksOffline: true,
  async run({ isolated, variant }) {
    const files = settings({ mcp })
    const [list, signIn, question] = await Promise.all([
      isolated({ args: ["mcp", "list"], provider: true, files }),
      isolated({ args: ["mcp", "debug", "signed"], provider: true, files }),
      isolated({ args: ["run", "say hi"], provider: true, files }),
    ])
    const reasons = linesOf(list).filter((line) => /tools\.example:443 was blocked/.test(line))
    const ended = [list, signIn, question].every(({ exitCode }) => exitCode !== undefined)
    return judge(
      {
        ended,
        answered: question.stdout.includes("The mock model says hello."),
        "said the reason": variant === "stock" || reasons.length > 0,
      },
      reasons[0] ?? linesOf(list).at(-1) ?? "nothing was printed",
    )
  },
})
