import { dlopen, type Pointer, ptr, read } from "bun:ffi"
import { lstatSync } from "node:fs"
import path from "node:path"

/*
 * Who can write to a file on Windows: what its owner and its access list say, and those of the folders that it lies in. They are
 * asked of the system's own library, which no variable and no folder puts another in the place of.
 */

/** What is asked of the system; a test has its own. */
export interface Rights {
  /** Owner and access list of a file or folder, as SDDL; undefined when they cannot be read. */
  descriptorOf(part: string): string | undefined
  isLink(part: string): boolean
}

const THIS: Rights = {
  descriptorOf: readDescriptor,
  isLink: (part) => lstatSync(part).isSymbolicLink(),
}

/**
 * What of a file others than administrators can write to: the file, or a folder by which another one could be put in its
 * place. A link is such a part, as its own list is not seen.
 * @returns the path of the one that is nearest to the file. Undefined when there is none, and also when that cannot be known:
 *   a lock of whoever wrote the file then holds, as it is safer with it
 */
export function writableByOthers(file: string, rights = THIS): string | undefined {
  const parts = partsOf(path.win32.resolve(file))
  return parts.findLast((part, index) => {
    if (rights.isLink(part)) return true
    const descriptor = rights.descriptorOf(part)
    return descriptor !== undefined && isForOthers(descriptor, index === parts.length - 1)
  })
}

/** `C:\`, each folder on the way, and the file. */
function partsOf(file: string): string[] {
  const parts = [file]
  for (let part = file; part !== path.win32.dirname(part); ) {
    part = path.win32.dirname(part)
    parts.unshift(part)
  }
  return parts
}

/** The system, administrators, and what installs Windows itself; OW is the owner's right, and the owner is looked at. */
const TRUSTED = ["SY", "BA", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", "OW", "CO"]

/** Rights of a file or folder by their names in SDDL, where it does not write them as a number. */
const NAMED: Record<string, number> = {
  ...{ GA: 0x1000_0000, GX: 0x2000_0000, GW: 0x4000_0000, GR: 0x8000_0000 },
  ...{ FA: 0x1f_01ff, FR: 0x12_0089, FW: 0x12_0116, FX: 0x12_00a0 },
  ...{ CC: 0x1, DC: 0x2, LC: 0x4, SW: 0x8, RP: 0x10, WP: 0x20, DT: 0x40, LO: 0x80, CR: 0x100 },
  ...{ SD: 0x1_0000, RC: 0x2_0000, WD: 0x4_0000, WO: 0x8_0000 },
}

/** To delete or rename it, to change its list or its owner, or all. */
const TAKES_OVER = 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x1000_0000
/** To write or append to a file; in a folder, to delete what is in it. A new file there takes the place of none. */
const WRITES = { file: 0x2 | 0x4 | 0x4000_0000, folder: 0x40 }

/** Whether it is known that others than administrators can exchange what has this owner and this list. */
export function isForOthers(descriptor: string, isFile: boolean): boolean {
  const [, owner, list, flags, entries] =
    /^O:([A-Z]{2}|S-[\d-]+)(?:G:(?:[A-Z]{2}|S-[\d-]+))?(D:([A-Z_]*)((?:\([^()]*\))*))?$/.exec(descriptor) ??
    []
  if (owner === undefined) return false
  if (!TRUSTED.includes(owner)) return true
  // Without a list, everyone may do everything.
  if (list === undefined || flags?.includes("NO_ACCESS_CONTROL")) return true
  const found = [...(entries ?? "").matchAll(/\(([^()]*)\)/g)].map(([, entry]) => entryOf(entry!))
  const wanted = TAKES_OVER | (isFile ? WRITES.file : WRITES.folder)
  return found.some((entry) => entry && !TRUSTED.includes(entry.who) && (entry.rights & wanted) !== 0)
}

/** Whom an entry allows what, here; undefined when it allows nothing, or is not understood. */
function entryOf(entry: string): { who: string; rights: number } | undefined {
  const [type, flags = "", rights = "", object, inherited, who, ...more] = entry.split(";")
  if (type !== "A" || object || inherited || !who || more.length > 0) return undefined
  // It is for what will be made in the folder.
  if (flags.match(/../g)?.includes("IO")) return undefined
  if (/^0x[0-9a-f]+$/i.test(rights)) return { who, rights: Number(rights) }
  const names = rights.match(/../g) ?? []
  if (names.join("") !== rights || names.some((name) => NAMED[name] === undefined)) return undefined
  return { who, rights: names.reduce((sum, name) => sum | NAMED[name]!, 0) }
}

const FILE_OBJECT = 1
const OWNER_AND_LIST = 1 | 4
const REVISION = 1

/** Of what a path leads to. */
function readDescriptor(part: string): string | undefined {
  try {
    const { GetNamedSecurityInfoW, ConvertSecurityDescriptorToStringSecurityDescriptorW } = advapi()
    const [name, descriptor, text] = [wide(part), new BigUint64Array(1), new BigUint64Array(1)]
    const none = [null, null, null, null] as const
    const failed = GetNamedSecurityInfoW(ptr(name), FILE_OBJECT, OWNER_AND_LIST, ...none, ptr(descriptor))
    if (failed) return undefined
    const at = Number(descriptor[0]) as Pointer
    const made = ConvertSecurityDescriptorToStringSecurityDescriptorW(
      at,
      REVISION,
      OWNER_AND_LIST,
      ptr(text),
      null,
    )
    return made ? textAt(Number(text[0]) as Pointer) : undefined
  } catch {
    // The runtime has no such calls for this processor.
    return undefined
  }
}

/** What they give is not freed: it is little, and once. */
function advapi() {
  const { symbols } = dlopen("advapi32.dll", {
    GetNamedSecurityInfoW: { args: ["ptr", "u32", "u32", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "u32" },
    ConvertSecurityDescriptorToStringSecurityDescriptorW: {
      args: ["ptr", "u32", "u32", "ptr", "ptr"],
      returns: "i32",
    },
  })
  return symbols
}

function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf16le")
}

function textAt(at: Pointer): string {
  const units: number[] = []
  for (let unit = read.u16(at, 0); unit !== 0; unit = read.u16(at, units.length * 2)) units.push(unit)
  return String.fromCharCode(...units)
}
