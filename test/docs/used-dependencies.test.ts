import { expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Glob } from "bun"
import semver from "semver"

// What CONTRIBUTING.md says of dependencies, held against package.json.

const ROOT = join(import.meta.dirname, "../..")
const read = (file: string) => readFile(join(ROOT, file), "utf8")
const { devDependencies, optionalDependencies, scripts } = JSON.parse(await read("package.json")) as Record<
  "devDependencies" | "optionalDependencies" | "scripts",
  Record<string, string>
>
const dependencies = { ...devDependencies, ...optionalDependencies }

test("each dependency is one exact version", () => {
  const inexact = Object.entries(dependencies).filter(([, version]) => semver.valid(version) !== version)
  expect(inexact).toEqual([])
})

test("each dependency is imported, or is a program that a script of package.json or CONTRIBUTING.md names, or its types", async () => {
  const code = await allCode()
  const policy = await read("CONTRIBUTING.md")
  const unused: string[] = []
  for (const name of Object.keys(dependencies)) {
    const of = name.replace(/^@types\//, "")
    const isProgram = (await programsOf(name)).some((program) =>
      Object.values(scripts).some((line) => line.split(" ").includes(program)),
    )
    if (!isProgram && !isImported(of, code) && !policy.includes(`\`${of}\``)) unused.push(name)
  }
  expect(unused).toEqual([])
})

async function allCode(): Promise<string> {
  const files = await Array.fromAsync(
    new Glob("{audit,offline,patches,pull-requests,scripts,test}/**/*.{ts,mjs}").scan({ cwd: ROOT }),
  )
  return (await Promise.all([...files, "build.ts"].map(read))).join("\n")
}

function isImported(name: string, code: string): boolean {
  return new RegExp(`(from |import |import\\(|resolve\\()"${RegExp.escape(name)}(/[^"]*)?"`).test(code)
}

async function programsOf(name: string): Promise<string[]> {
  const { bin = {} } = JSON.parse(await read(join("node_modules", name, "package.json")))
  return Object.keys(bin)
}
