import { defineScenario } from "../../scripts/audit/scenario.ts"
import { judge } from "../lib/outcome.ts"
import { dials } from "../lib/programs.ts"
import { settings } from "../lib/projects.ts"

/** A file for each language server that upstream's downloads or lets another program install. */
const written = [
  ...["a.vue", "a.svelte", "a.astro", "a.yaml", "a.php", "a.sh", "Dockerfile", "a.lua", "a.tf", "a.tex"],
  ...["a.typ", "a.c", "a.kt", "a.java", "a.zig", "a.ex", "a.rb", "a.cs", "a.js"],
]

/** The files by which a project says that it has something of that kind. */
const marks = [
  ...["package-lock.json", "composer.json", ".luarc.json", "main.tf", ".latexmkrc", "typst.toml", "Makefile"],
  ...["build.gradle", "build.zig", "mix.exs", "Gemfile", "global.json"],
]

const programs = {
  java: `#!/bin/sh\necho 'openjdk version "21.0.1"' >&2\n`,
  zig: "#!/bin/sh\n",
  elixir: "#!/bin/sh\n",
  ruby: "#!/bin/sh\n",
  gem: dials("rubygems.example"),
  dotnet: dials("nuget.example"),
}

export default defineScenario({
  title: "language servers",
  group: "sessions",
  what: "A model writes a file for each language whose server upstream downloads. Offline all of them are written.",
  worksOffline: true,
  async run({ isolated }) {
    const result = await isolated({
      args: ["run", "write the files"],
      provider: [
        ...written.map((filePath) => ({ tool: "write", input: { filePath, content: "a\n" } })),
        { text: "All done." },
      ],
      files: {
        // From some release on, off without.
        ...settings({ lsp: {} }),
        ...Object.fromEntries(marks.map((name) => [name, "{}\n"])),
        "node_modules/eslint/package.json": JSON.stringify({
          name: "eslint",
          version: "9.0.0",
          main: "main.js",
        }),
        "node_modules/eslint/main.js": "",
      },
      programs,
    })
    const there = written.filter((name) => result.files.includes(`project/${name}`))
    return judge(
      {
        "exit code 0": result.exitCode === 0,
        answered: result.stdout.includes("All done."),
        "all written": there.length === written.length,
      },
      `${there.length} of ${written.length} files are written`,
    )
  },
})
