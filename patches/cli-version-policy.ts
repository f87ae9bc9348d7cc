import { definePatch, hasFirstArgument, inside, replace } from "./lib.ts"

export default definePatch({
  subject: "feat(cli): say in --version what the build decided about offline",
  why: "Whoever is handed an executable must see that its policy was decided by the build, before it is run on anything.",
  whyPatch: "The text of --version is fixed in the entry file.",
  kind: "offline-only",
  upstream: [18233],
  removeWhen: "upstream's --version can be given a text at build time that is not its version elsewhere",
  edits: [
    {
      file: "src/index.ts",
      what: "the version that yargs prints",
      find: hasFirstArgument("version", "version"),
      places: { main: 1 },
      change: (call, offline) => {
        const version = inside(call, "Installation.VERSION")
        return [replace(version, `${offline}.version(${version.text()})`)]
      },
    },
  ],
})
