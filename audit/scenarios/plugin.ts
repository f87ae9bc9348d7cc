import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge, judgeRefusal, linesOf } from "../lib/outcome.ts"

export default defineScenario({
  title: "plugin",
  what: "Installs a plugin of the npm registry with the command for it, and one from a folder. Offline the first says why it cannot be had, and the second is installed.",
  worksOffline: true,
  range: ">=1.14.48",
  async run(context) {
    const [named, own] = await Promise.all([
      context.isolated({ args: ["plugin", "a-plugin-from-nowhere@1.2.3"], provider: true }),
      context.isolated({ args: ["plugin", "./own-plugin"], provider: true, files: ownPlugin }),
    ])
    const refused = judgeRefusal(named, context, /a-plugin-from-nowhere.*(was blocked|is not installed)/)
    return judge(
      {
        "a clear end without the plugin": refused.worked,
        "wrote the plugin on disk into the configuration": own.files.includes(
          "project/.opencode/opencode.json",
        ),
        "exit code 0 for the plugin on disk": own.exitCode === 0,
      },
      `${refused.detail}; ${linesOf(own).at(-1)}`,
    )
  },
})

const ownPlugin = {
  "own-plugin/package.json": JSON.stringify({
    name: "own-plugin",
    version: "1.0.0",
    type: "module",
    main: "index.js",
    exports: { "./server": "./index.js" },
  }),
  "own-plugin/index.js": 'export default { id: "own", server: async () => ({}) }\n',
}
