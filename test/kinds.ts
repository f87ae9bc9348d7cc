import { Glob } from "bun"

// Which tests need what is decided here, by where a test file stands.

/** Those that run an executable in a network of its own. */
const ISOLATED = "isolated/"

/** The essentials of the executable that was built, in minutes. */
const SMOKE = "isolated/smoke.test.ts"

/** Those elsewhere that run an executable, or take real packages from the cache or from npm: parts of paths. */
const REAL = [
  ...["build.test.ts", "git-build.test.ts", "git-build-effect", "git-real-code.test.ts"],
  ...[
    "scripts/commands/drift",
    "scripts/commands/pr.",
    "scripts/commands/relink",
    "scripts/commands/verify",
    "scripts/pr/figures-real",
    "scripts/pr/pull-requests-re",
    "scripts/pr/pull-requests-ru",
    "scripts/makers/packages.",
    "scripts/release/make-release",
  ],
  ...["scripts/container/real-files", "scripts/container/signed-files", "scripts/lib/npm/npmrc"],
  ...["scripts/contents/assets", "scripts/contents/grammars", "scripts/contents/web-ui.test.ts"],
  ...[
    "scripts/build/acquire-inputs",
    "scripts/patching/dependencies",
    "scripts/pins/pin-targets",
    "scripts/upstream/git/",
  ],
]

export type TestKind = "unit" | "smoke" | "all"

/** The test files of a kind, as paths from the project's folder, sorted. */
export async function testFiles(kind: TestKind): Promise<string[]> {
  const files = await Array.fromAsync(new Glob("**/*.test.ts").scan({ cwd: import.meta.dirname }))
  return files
    .filter((file) => kind === "all" || (kind === "smoke" ? file === SMOKE : isUnit(file)))
    .sort()
    .map((file) => `./test/${file}`)
}

function isUnit(file: string): boolean {
  return !file.startsWith(ISOLATED) && !REAL.some((part) => file.startsWith(part))
}
