import { createHash } from "node:crypto"
import { posix } from "node:path"
import { fullMode, writeCpio } from "./cpio.ts"
import { bytesOf, type Entry } from "./entry.ts"
import { type Compressed, gzip } from "./gzip.ts"
import { REGION, type Value, writeHeader } from "./rpm-header.ts"

/** What an RPM package says of itself. */
export interface Rpm {
  name: string
  version: string
  release: string
  /** As RPM calls the processor. */
  arch: string
  summary: string
  description: string
  license: string
  /** Names of what must be there, such as `libc.so.6(GLIBC_2.17)(64bit)`. */
  requires: string[]
  /** Names of packages that cannot be there as well. */
  conflicts: string[]
  /** When it was made, as all its files say, too. */
  seconds: number
  /** In order: `inOrder`. Only what a package owns: folders of the system's are left out. */
  entries: Entry[]
  /** Files that an administrator may change, and that stay then. */
  configuration: string[]
  /** Files that are documentation, and those that are licences. */
  documentation: string[]
  licences: string[]
}

const LEAD_MAGIC = "edabeedb0300"
const SENSE = { less: 2, equal: 8, rpmlib: 0x1000000 }
const FILE = { configuration: 1, documentation: 2, stays: 16, licence: 128 }
const SHA256 = 8
const VERIFY_ALL = 0xffffffff

/** What rpm itself must know to read such a package: the feature, and since which version it is there. */
const FEATURES = {
  "rpmlib(CompressedFileNames)": "3.0.4-1",
  "rpmlib(FileDigests)": "4.6.0-1",
  "rpmlib(PayloadFilesHavePrefix)": "4.0-1",
}

/**
 * An RPM package of version 4 in parts: lead, signature header, main header, payload. By its headers' and payload's
 * SHA-256 alone; it is not signed.
 */
export async function writeRpm(rpm: Rpm): Promise<Uint8Array[]> {
  const payload = await gzip(writeCpio(rpm.entries, rpm.seconds))
  const header = writeHeader(
    { ...about(rpm), ...relations(rpm), ...files(rpm), ...payloadTags(payload) },
    REGION.main,
  )
  const signature = writeHeader(
    {
      273: { string: sha256(header) },
      1000: { int32: [header.length + payload.bytes.length] },
      1007: { int32: [payload.before.bytes] },
    },
    REGION.signature,
  )
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8)
  return [lead(rpm), signature, padding, header, payload.bytes]
}

/** What old programs know a package by; rpm reads the headers. */
function lead({ name, version, release }: Rpm): Buffer {
  const bytes = Buffer.alloc(96)
  bytes.write(LEAD_MAGIC, 0, "hex")
  bytes.writeUInt16BE(1, 8)
  bytes.write(`${name}-${version}-${release}`.slice(0, 65), 10, "latin1")
  bytes.writeUInt16BE(1, 76)
  bytes.writeUInt16BE(5, 78)
  return bytes
}

function about(rpm: Rpm): Record<number, Value> {
  const { name, version, release, arch, summary, description, license, seconds, entries } = rpm
  return {
    100: { strings: ["C"] },
    1000: { string: name },
    1001: { string: version },
    1002: { string: release },
    1004: { text: summary },
    1005: { text: description },
    1006: { int32: [seconds] },
    1009: { int32: [entries.reduce((sum, entry) => sum + bytesOf(entry).length, 0)] },
    1014: { string: license },
    1016: { text: "Unspecified" },
    1021: { string: "linux" },
    1022: { string: arch },
    // One that names none is a source package.
    1044: { string: `${name}-${version}-${release}.src.rpm` },
    5062: { string: "utf-8" },
  }
}

function relations({ name, version, release, requires, conflicts }: Rpm): Record<number, Value> {
  const features = Object.entries(FEATURES)
  return {
    1047: { strings: [name] },
    1112: { int32: [SENSE.equal] },
    1113: { strings: [`${version}-${release}`] },
    1049: { strings: [...requires, ...features.map(([feature]) => feature)] },
    1048: {
      int32: [...requires.map(() => 0), ...features.map(() => SENSE.less | SENSE.equal | SENSE.rpmlib)],
    },
    1050: { strings: [...requires.map(() => ""), ...features.map(([, since]) => since)] },
    1054: { strings: conflicts },
    1053: { int32: conflicts.map(() => 0) },
    1055: { strings: conflicts.map(() => "") },
  }
}

function files(rpm: Rpm): Record<number, Value> {
  const { entries, seconds } = rpm
  const folders = [...new Set(entries.map(folderOf))]
  const numbers = new Map(folders.map((folder, at) => [folder, at]))
  const each = (number: number) => ({ int32: entries.map(() => number) })
  return {
    1028: { int32: entries.map((entry) => bytesOf(entry).length) },
    1030: { int16: entries.map(fullMode) },
    1033: { int16: entries.map(() => 0) },
    1034: each(seconds),
    1035: { strings: entries.map((entry) => ("data" in entry ? sha256(entry.data) : "")) },
    1036: { strings: entries.map((entry) => ("link" in entry ? entry.link : "")) },
    1037: { int32: entries.map(({ path }) => flagsOf(path, rpm)) },
    1039: { strings: entries.map(() => "root") },
    1040: { strings: entries.map(() => "root") },
    1045: each(VERIFY_ALL),
    1095: each(1),
    1096: { int32: entries.map((_, at) => at + 1) },
    1097: { strings: entries.map(() => "") },
    1116: { int32: entries.map((entry) => numbers.get(folderOf(entry))!) },
    1117: { strings: entries.map(({ path }) => posix.basename(path)) },
    1118: { strings: folders },
    5011: { int32: [SHA256] },
  }
}

function folderOf({ path }: Entry): string {
  const folder = posix.dirname(`/${path}`)
  return folder === "/" ? folder : `${folder}/`
}

function flagsOf(path: string, { configuration, documentation, licences }: Rpm): number {
  if (configuration.includes(path)) return FILE.configuration | FILE.stays
  if (licences.includes(path)) return FILE.licence
  return documentation.includes(path) ? FILE.documentation : 0
}

function payloadTags({ bytes, before }: Compressed): Record<number, Value> {
  return {
    1124: { string: "cpio" },
    1125: { string: "gzip" },
    1126: { string: "6" },
    5092: { strings: [sha256(bytes)] },
    5093: { int32: [SHA256] },
    5097: { strings: [before.sha256] },
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
