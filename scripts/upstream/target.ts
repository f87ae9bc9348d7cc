import type { Layout } from "../container/index.ts"
import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"

/** A platform that upstream ships an executable for. All that follows from it is decided in this file. */
export interface Target {
  /** As upstream's npm packages spell it, and as pins, options and release folders name it. */
  name: string
  os: "linux" | "darwin" | "windows"
  arch: "x64" | "arm64"
  /** Of Linux only. */
  libc?: "glibc" | "musl"
  /** Whether it runs on processors without AVX2. */
  baseline: boolean
  /** The file name of the executable. */
  file: string
  /** Where in the file the module graph may stand. */
  layouts: readonly Layout[]
  /** The folder that the runtime shows the executable's modules in. */
  root: string
  /** What the kit's launchers are written for. */
  launcher: "sh" | "cmd"
  /**
   * How it is run where this is developed, Linux on x64: by itself, with musl laid over the machine's libraries, by qemu, by
   * Wine; nothing runs the others.
   */
  runner: "host" | "musl" | "qemu" | "wine" | "none"
  /** The npm packages of Bun that upstream may have compiled it with, likeliest first, and the file in them. */
  bun: { names: string[]; path: string }
  /** The npm package of ripgrep, and the file in it. */
  ripgrep: { name: string; path: string }
}

const OS = ["linux", "darwin", "windows"] as const
const ARCH = ["x64", "arm64"] as const

/** The target whose executable a package of upstream's has, by the end of its name; undefined for another package. */
export function targetOf(packageName: string): Target | undefined {
  const ends = TARGETS.filter(({ name }) => packageName.endsWith(`-${name}`))
  return ends.sort((a, b) => b.name.length - a.name.length)[0]
}

/** What an executable for a system has to be: `layouts`, `root` and `launcher` of a target. */
const SYSTEMS: Record<Target["os"], Pick<Target, "layouts" | "root" | "launcher">> = {
  linux: { layouts: ["appended", "elf-section"], root: "/$bunfs/root", launcher: "sh" },
  darwin: { layouts: ["macho-section"], root: "/$bunfs/root", launcher: "sh" },
  windows: { layouts: ["pe-section"], root: "B:/~BUN/root", launcher: "cmd" },
}

/** What stands for every target that a pin has, where a target can be named. */
export const ALL = "all"

/** All targets that upstream ships. */
export const TARGETS: readonly Target[] = OS.flatMap((os) =>
  ARCH.flatMap((arch) =>
    (os === "linux" ? (["glibc", "musl"] as const) : [undefined]).flatMap((libc) =>
      (arch === "x64" ? [false, true] : [false]).map((baseline) => makeTarget({ os, arch, libc, baseline })),
    ),
  ),
)

/** @throws Failure that lists the targets there are */
export function findTarget(name: string): Target {
  const found = TARGETS.find((target) => target.name === name)
  if (found) return found
  const meant = nearest(
    name,
    TARGETS.map((target) => target.name),
  )
  throw new Failure({
    what: `There is no target ${JSON.stringify(name)}`,
    why: `upstream ships ${TARGETS.map((target) => target.name).join(", ")}`,
    next: `npm run build -- --target ${meant ?? hostTarget().name}`,
  })
}

/** The target of the machine that this runs on: the default of every command. */
export function hostTarget(): Target {
  const { platform, arch } = process
  const os = platform === "win32" ? "windows" : platform
  const libc = os === "linux" ? "glibc" : undefined
  const found = TARGETS.find(
    (target) => target.os === os && target.arch === arch && target.libc === libc && !target.baseline,
  )
  if (found) return found
  throw new Failure({
    what: `Upstream ships nothing for ${platform} on ${arch}`,
    why: `it ships ${TARGETS.map((target) => target.name).join(", ")}`,
    next: "run this on one of those",
  })
}

/**
 * The npm packages that a target of a release is made from, as a mirror has to have them.
 * @param bun the version of Bun, where it is known
 */
export function packagesFor(product: string, version: string, target: Target, bun?: string): string[] {
  return [
    `${packageFor(product, target)}@${version}`,
    `${target.bun.names[0]}${bun ? `@${bun}` : ""}`,
    target.ripgrep.name,
  ]
}

/** The name of upstream's npm package for a target. */
export function packageFor(product: string, target: Target): string {
  return `${product}-${target.name}`
}

function runnerOf({ os, arch, libc }: Pick<Target, "os" | "arch" | "libc">): Target["runner"] {
  if (os === "windows" && arch === "x64") return "wine"
  if (os !== "linux") return "none"
  // No test lays musl over the libraries of an emulated machine.
  if (arch === "arm64") return libc === "musl" ? "none" : "qemu"
  return libc === "musl" ? "musl" : "host"
}

function makeTarget({ os, arch, libc, baseline }: Pick<Target, "os" | "arch" | "libc" | "baseline">): Target {
  const musl = libc === "musl" ? "-musl" : ""
  const exe = os === "windows" ? ".exe" : ""
  const bun = `@oven/bun-${os}-${arch === "arm64" ? "aarch64" : arch}${musl}`
  return {
    name: `${os}-${arch}${baseline ? "-baseline" : ""}${musl}`,
    ...{ os, arch, libc, baseline },
    file: `opencode${exe}`,
    ...SYSTEMS[os],
    runner: runnerOf({ os, arch, libc }),
    // Upstream's x64 and x64-baseline executables are made with the same Bun, the one that is called baseline.
    bun: { names: arch === "x64" ? [`${bun}-baseline`, bun] : [bun], path: `bin/bun${exe}` },
    ripgrep: { name: `@vscode/ripgrep-${os === "windows" ? "win32" : os}-${arch}`, path: `bin/rg${exe}` },
  }
}
