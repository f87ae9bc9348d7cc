import type { Subject } from "../../scripts/emit/output.ts"
import { gather } from "../../scripts/materials/gather.ts"
import { type Found, genericUrl, npmUrl } from "../../scripts/materials/material.ts"
import type { BuildRecord } from "../../scripts/record/build-record.ts"
import { NO_SIZES } from "../../scripts/record/sizes.ts"
import { hostTarget } from "../../scripts/upstream/target.ts"

const HASH = "0123456789abcdef".repeat(4)
const INTEGRITY = `sha512-${Buffer.alloc(64, 7).toString("base64")}`

export const sampleRecord: BuildRecord = {
  format: 3,
  opencode: "1.2.3",
  product: "opencode",
  target: hostTarget().name,
  source: "release",
  executable: { file: "opencode", bytes: 10, sha256: HASH },
  stock: { package: "opencode-sample", version: "1.2.3", integrity: INTEGRITY, bytes: 8, sha256: HASH },
  runtime: { package: "@oven/bun-sample", version: "1.0.0", integrity: INTEGRITY, bytes: 4, equal: true },
  sizes: { ...NO_SIZES, runtime: 4 },
  argv: { stock: "", built: "--preload=/x" },
  modules: { added: [{ name: "/x", bytes: 1, sha256: HASH }], changed: [], unchanged: [] },
  patches: [{ name: "a-patch", subject: "fix: it", kind: "upstreamable", counts: { main: 1 } }],
  leftOut: [],
  repository: { commit: "ab".repeat(20), clean: true },
  inputs: [{ name: "build.ts", bytes: 1, sha256: HASH }],
  npm: [{ package: "opencode-sample", version: "1.2.3", integrity: INTEGRITY }],
  tools: { "opencode-offline": "0.1.0", bun: "1.4.5" },
  assets: [],
  packages: [],
}

/** A material with nothing remarkable. */
export function sampleMaterial(more: Partial<Found> = {}): Found {
  return {
    purl: npmUrl("@a/library", "1.0.0"),
    kind: "library",
    name: "@a/library",
    version: "1.0.0",
    license: "MIT",
    integrity: INTEGRITY,
    texts: ["MIT License\n\nCopyright (c) 2020 A. Uthor\n\nPermission is granted."],
    where: ["/$bunfs/root/a.js"],
    complete: true,
    ...more,
  }
}

/** What outputs are printed from, in small: something of every kind. */
export function sampleSubject(more: Partial<Subject> = {}): Subject {
  const upstream = npmUrl("opencode-sample", "1.2.3")
  const found = [
    sampleMaterial(),
    sampleMaterial({
      purl: upstream,
      kind: "application",
      name: "opencode-sample",
      version: "1.2.3",
      complete: false,
      file: { bytes: 8, sha256: HASH },
      texts: [],
      copyright: "Copyright (c) 2025 opencode",
      url: "https://example.com/opencode",
    }),
    sampleMaterial({
      purl: genericUrl("a font", "2.0"),
      kind: "font",
      name: "a font",
      version: "2.0",
      license: "OFL-1.1",
      integrity: undefined,
      texts: [],
      within: upstream,
    }),
    sampleMaterial({
      purl: genericUrl("opencode-offline/patches/a-patch"),
      kind: "patch",
      name: "patches/a-patch",
      within: upstream,
    }),
    sampleMaterial({
      purl: genericUrl("zstd"),
      name: "zstd",
      version: undefined,
      license: "BSD-3-Clause OR GPL-2.0-only",
      texts: [],
    }),
    sampleMaterial({
      purl: genericUrl("organisation/policy"),
      kind: "data",
      name: "policy",
      license: "NOASSERTION",
      texts: [],
    }),
  ]
  return {
    kind: "executable",
    record: sampleRecord,
    materials: gather({ created: "2026-01-02T03:04:05Z", executable: { sha512: HASH.repeat(2) } }, found),
    diffs: { "a-patch": "--- a/x\n+++ b/x\n" },
    files: [],
    ...more,
  }
}

/** The same as a kit. */
export const sampleKit = (): Subject =>
  sampleSubject({ kind: "kit", files: [{ path: "bin/opencode", sha256: HASH }] })
