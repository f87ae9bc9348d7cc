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
  /** The npm packages of Bun that upstream may have compiled it with, likeliest first, and the file in them. */
  bun: { names: string[]; path: string }
  /** The npm package of ripgrep, and the file in it. */
  ripgrep: { name: string; path: string }
}

const OS = ["linux", "darwin", "windows"] as const
const ARCH = ["x64", "arm64"] as const

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

/** The name of upstream's npm package for a target. */
export function packageFor(product: string, target: Target): string {
  return `${product}-${target.name}`
}

function makeTarget({ os, arch, libc, baseline }: Pick<Target, "os" | "arch" | "libc" | "baseline">): Target {
  const musl = libc === "musl" ? "-musl" : ""
  const exe = os === "windows" ? ".exe" : ""
  const bun = `@oven/bun-${os}-${arch === "arm64" ? "aarch64" : arch}${musl}`
  return {
    name: `${os}-${arch}${baseline ? "-baseline" : ""}${musl}`,
    ...{ os, arch, libc, baseline },
    file: `opencode${exe}`,
    // Upstream's x64 and x64-baseline executables are made with the same Bun, the one that is called baseline.
    bun: { names: arch === "x64" ? [`${bun}-baseline`, bun] : [bun], path: `bin/bun${exe}` },
    ripgrep: { name: `@vscode/ripgrep-${os === "windows" ? "win32" : os}-${arch}`, path: `bin/rg${exe}` },
  }
}
