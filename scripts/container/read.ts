import { FieldReader } from "../lib/field-reader.ts"
import { allZero, decodeUtf8 } from "./bytes.ts"
import { checkGraph } from "./check.ts"
import { unrecognised } from "./failures.ts"
import {
  alignBytecode,
  END_BYTES,
  KINDS,
  LONGEST_ARGV,
  LONGEST_NAME,
  MOST_MODULES,
  PARTS,
  RECORD_BYTES,
} from "./layout.ts"
import { locatePayload } from "./locate.ts"
import type { EmbeddedModule, ModuleGraph } from "./types.ts"

/**
 * Takes an executable apart that `bun build --compile` made. The layout must be exactly the one that
 * layout.ts describes, part after part without a byte between, so that `writeModuleGraph` gives back the same bytes.
 * @param file the whole executable; the graph's byte fields are views of it
 * @throws Failure that names the field, its value and the limit, for everything else; nothing else is thrown
 */
export function readModuleGraph(file: Uint8Array): ModuleGraph {
  const location = locatePayload(file)
  const payload = readPayload(file.subarray(location.start, location.end))
  const graph: ModuleGraph = { runtime: { ...location, file }, ...payload }
  checkGraph(graph)
  return graph
}

type Payload = Pick<ModuleGraph, "modules" | "entry" | "argv" | "flags">

function readPayload(payload: Uint8Array): Payload {
  const end = new FieldReader(payload.subarray(payload.length - END_BYTES), unrecognised)
  const strings = new FieldReader(payload.subarray(0, payload.length - END_BYTES), unrecognised)
  const records = { offset: end.u32("the records' offset", 8), bytes: end.u32("the records' length", 12) }
  const argv = { offset: end.u32("argv's offset", 20), bytes: end.u32("argv's length", 24) }
  const modules = readModules(strings, records)
  requireAt("argv's offset", argv.offset, records.offset + records.bytes)
  if (argv.bytes > LONGEST_ARGV)
    throw unrecognised("argv's length", argv.bytes, `at most ${LONGEST_ARGV} bytes`)
  const text = decodeUtf8("argv", strings.slice("argv", argv.offset, argv.bytes))
  const after = requireNul(strings, "argv", argv.offset + argv.bytes)
  requireAt("the graph's byte count", strings.length, after)
  return { modules, entry: end.u32("the entry's index", 16), argv: text, flags: end.u32("the flags", 28) }
}

function readModules(strings: FieldReader, records: { offset: number; bytes: number }): EmbeddedModule[] {
  const count = records.bytes / RECORD_BYTES
  if (!Number.isInteger(count))
    throw unrecognised("the records' length", records.bytes, `a multiple of ${RECORD_BYTES}`)
  if (count === 0 || count > MOST_MODULES)
    throw unrecognised("the module count", count, `from 1 to ${MOST_MODULES}`)
  const table = new FieldReader(strings.slice("the records", records.offset, records.bytes), unrecognised)
  const before = new FieldReader(strings.slice("the modules", 0, records.offset), unrecognised)
  const modules: EmbeddedModule[] = []
  let cursor = 0
  for (let index = 0; index < count; index++) {
    const module = { ...NOTHING }
    cursor = readModule(module, before, table, index, cursor)
    modules.push(module)
  }
  requireAt("the records' offset", records.offset, cursor)
  return modules
}

const EMPTY = new Uint8Array(0)
const NOTHING: EmbeddedModule = {
  name: "",
  contents: EMPTY,
  sourceMap: EMPTY,
  bytecode: EMPTY,
  moduleInfo: EMPTY,
  bytecodePath: EMPTY,
  encoding: 0,
  loader: 0,
  format: 0,
  side: 0,
}

/** @returns where the next module starts */
function readModule(
  module: EmbeddedModule,
  strings: FieldReader,
  table: FieldReader,
  index: number,
  start: number,
): number {
  let cursor = start
  for (const { part, at, terminated, optional, aligned } of PARTS) {
    const field = `module ${index}: ${part}`
    const offset = table.u32(`${field}: offset`, index * RECORD_BYTES + at)
    const bytes = table.u32(`${field}: length`, index * RECORD_BYTES + at + 4)
    if (optional && bytes === 0) {
      requireAt(`${field}: offset`, offset, 0)
      continue
    }
    const slice = strings.slice(field, offset, bytes)
    requireAt(`${field}: offset`, offset, aligned ? alignBytecode(cursor) : cursor)
    if (!allZero(strings.slice(field, cursor, offset - cursor)))
      throw unrecognised(`what is before ${field}`, "not empty", "zeros")
    if (part === "name") module.name = readName(field, slice)
    else module[part] = slice
    cursor = terminated ? requireNul(strings, field, offset + bytes) : offset + bytes
  }
  for (const { part, at } of KINDS)
    module[part] = table.u8(`module ${index}: ${part}`, index * RECORD_BYTES + at)
  return cursor
}

function readName(field: string, bytes: Uint8Array): string {
  if (bytes.length > LONGEST_NAME)
    throw unrecognised(`the length of ${field}`, bytes.length, `at most ${LONGEST_NAME} bytes`)
  return decodeUtf8(field, bytes)
}

/** @returns where what follows the NUL starts */
function requireNul(strings: FieldReader, field: string, offset: number): number {
  const byte = strings.u8(`the NUL after ${field}`, offset)
  if (byte !== 0) throw unrecognised(`the byte after ${field}`, byte, "0")
  return offset + 1
}

/** Anything but the one offset would be a gap or an overlap. */
function requireAt(field: string, value: number, expected: number): void {
  if (value !== expected) throw unrecognised(field, value, `${expected}: no gap, no overlap`)
}
