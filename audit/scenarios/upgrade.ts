import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, judgeRefusal } from "../lib/outcome.ts"

/** How OpenCode may have been installed, and a package manager that says that it was. */
const installations: Record<string, Record<string, string>> = {
  curl: {},
  npm: { npm: '#!/bin/sh\n[ "$1" = config ] || echo opencode-ai\n' },
  brew: { brew: '#!/bin/sh\n[ "$3" = opencode ] && echo opencode\n' },
  choco: { choco: "#!/bin/sh\necho opencode\n" },
  scoop: { scoop: "#!/bin/sh\necho opencode\n" },
}

export default defineScenario({
  title: "upgrade",
  what: "Looks for a newer version, for each way of installing OpenCode, and downloads one. Offline it says that upgrading is off.",
  worksOffline: false,
  async run(context) {
    const upgrade = async (method: string, ...target: string[]) => {
      const args = ["upgrade", ...target, "--method", method]
      const result = await context.isolated({ args, programs: installations[method] })
      return judgeRefusal(result, context, /Upgrade is off because OpenCode is offline/)
    }
    const outcomes = await Promise.all([
      ...Object.keys(installations).map((method) => upgrade(method)),
      upgrade("curl", "99.0.0"),
    ])
    return judge({ "all of them": outcomes.every(({ worked }) => worked) }, outcomes[0]!.detail)
  },
})
