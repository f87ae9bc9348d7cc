import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { settings } from "../lib/projects.ts"

const ownSkill = "---\nname: greeting\ndescription: How we greet here\n---\nSay good day.\n"

export default defineScenario({
  title: "skills from a URL",
  group: "configuration",
  what: "Lists the skills where some are on disk and some at a URL. Offline it lists those on disk.",
  worksOffline: true,
  async run({ isolated }) {
    const files = {
      ...settings({ skills: { urls: ["https://skills.example/"] } }),
      ".opencode/skills/greeting/SKILL.md": ownSkill,
    }
    const { exitCode, stdout } = await isolated({ args: ["debug", "skill"], provider: true, files })
    return judge(
      { "exit code 0": exitCode === 0, "listed the skill on disk": stdout.includes('"greeting"') },
      "the skill on disk is listed",
    )
  },
})
