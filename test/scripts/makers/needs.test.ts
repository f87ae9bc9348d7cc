import { describe, expect, test } from "bun:test"
import { readFile } from "node:fs/promises"
import type { Entry } from "../../../scripts/formats/entry.ts"
import { dependsOn } from "../../../scripts/makers/deb.ts"
import { librariesOf } from "../../../scripts/makers/needs.ts"
import { requirements } from "../../../scripts/makers/rpm.ts"
import { hostTarget } from "../../../scripts/upstream/target.ts"

const entry = (data: Uint8Array): Entry => ({ path: "usr/bin/program", mode: 0o755, data })
const { arch } = hostTarget()
const other = arch === "x64" ? "arm64" : "x64"

describe("the libraries that programs need", () => {
  test("are read out of a real executable, this one", async () => {
    const libraries = librariesOf([entry(await readFile(process.execPath))], arch)
    const c = libraries.find(({ name }) => name === "libc.so.6")!
    expect(c.versions.length).toBeGreaterThan(3)
    for (const version of c.versions) expect(version).toMatch(/^GLIBC_2\.[\d.]+$/)
  })

  test("are none of a program for another processor, or of a script", async () => {
    expect(librariesOf([entry(await readFile(process.execPath))], other)).toEqual([])
    expect(librariesOf([entry(Buffer.from("#!/bin/sh\n"))], arch)).toEqual([])
  })

  test("are not known of a program that is cut short", async () => {
    const cut = (await readFile(process.execPath)).subarray(0, 5000)
    expect(() => librariesOf([entry(cut)], arch)).toThrow(
      "It is not known which libraries usr/bin/program needs",
    )
  })
})

describe("what a package depends on", () => {
  const libraries = [
    { name: "ld-linux-x86-64.so.2", versions: ["GLIBC_2.3"] },
    { name: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.30", "GLIBC_2.9"] },
    { name: "libgcc_s.so.1", versions: ["GCC_3.0"] },
  ]

  test("is, for Debian, the C library since the newest version that is needed", () => {
    expect(dependsOn(libraries)).toEqual(["libc6 (>= 2.30)", "libgcc-s1 | libgcc1"])
  })

  test("is, for Debian, the C++ library by the compiler that it came with", () => {
    const of = (...versions: string[]) => dependsOn([{ name: "libstdc++.so.6", versions }])
    expect(of("GLIBCXX_3.4.9", "CXXABI_1.3", "GLIBCXX_3.4.22")).toEqual(["libstdc++6 (>= 6.1)"])
    expect(of("GLIBCXX_3.4")).toEqual(["libstdc++6 (>= 5.1)"])
    expect(() => of("GLIBCXX_3.4.99")).toThrow("GLIBCXX_3.4.99")
  })

  test("is not known for a library, or a version, that no package promises", () => {
    expect(() => dependsOn([{ name: "libfoo.so.1", versions: [] }])).toThrow("libfoo.so.1")
    expect(() => dependsOn([{ name: "libc.so.6", versions: ["GLIBC_PRIVATE"] }])).toThrow("GLIBC_PRIVATE")
  })

  test("is, for rpm, each version of each library", () => {
    expect(requirements(libraries.slice(1, 2))).toEqual([
      "libc.so.6()(64bit)",
      "libc.so.6(GLIBC_2.2.5)(64bit)",
      "libc.so.6(GLIBC_2.30)(64bit)",
      "libc.so.6(GLIBC_2.9)(64bit)",
    ])
  })
})
