import { describe, expect, test } from "bun:test"
import { isForOthers, writableByOthers } from "../../offline/windows-rights.ts"

// As Windows writes them for its own folders, of a machine with no changes.
const ROOT =
  "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
const PROGRAM_DATA =
  "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"
const FOLDER = PROGRAM_DATA.replace("O:SYG:SY", "O:BAG:SY").replaceAll("OICI;", "OICIID;")
const FILE = "O:BAG:S-1-5-21-1-2-3-513D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)"
const USER = "S-1-5-21-1-2-3-1001"

const AT = "C:\\ProgramData\\opencode\\opencode.json"

/** The part of the file's path that others can write to, on a machine with these lists and links. */
function find(changed: Record<string, string | undefined> = {}, links: string[] = []) {
  const lists: Record<string, string | undefined> = {
    "C:\\": ROOT,
    "C:\\ProgramData": PROGRAM_DATA,
    "C:\\ProgramData\\opencode": FOLDER,
    [AT]: FILE,
    ...changed,
  }
  const asked: string[] = []
  const found = writableByOthers(AT, {
    descriptorOf: (part) => {
      asked.push(part)
      return lists[part]
    },
    isLink: (part) => links.includes(part),
  })
  return { found, asked }
}

describe("a managed file of Windows", () => {
  test("is an administrator's with the lists that Windows gives it and its folders, all of which are looked at", () => {
    const { found, asked } = find()
    expect(found).toBeUndefined()
    expect(asked.sort()).toEqual(["C:\\", "C:\\ProgramData", "C:\\ProgramData\\opencode", AT])
  })

  test.each([
    ["is a user's own", AT, FILE.replace("O:BA", `O:${USER}`)],
    ["can be written to by users", AT, FILE.replace("0x1200a9;;;BU", "0x1301bf;;;BU")],
    ["can be written to by everyone, in words", AT, FILE.replace("0x1200a9;;;BU", "FRFW;;;WD")],
    ["can be written over by one", AT, `${FILE}(A;;DC;;;${USER})`],
    ["can be written to by one, beside what is not understood", AT, `${FILE}(ZZ;;FA;;;BU)(A;;FW;;;${USER})`],
    ["can be appended to by one", AT, `${FILE}(A;;LC;;;${USER})`],
    ["can be deleted by one", AT, `${FILE}(A;;SD;;;${USER})`],
    ["has a list that one can change", AT, `${FILE}(A;;WD;;;${USER})`],
    ["can be taken by one", AT, `${FILE}(A;;WO;;;${USER})`],
    ["has no list", AT, "O:BAG:SYD:NO_ACCESS_CONTROL"],
    ["has none at all", AT, "O:BAG:SY"],
    ["lies in a folder that a user made", "C:\\ProgramData\\opencode", FOLDER.replace("O:BA", `O:${USER}`)],
    ["lies in one whose files users can delete", "C:\\ProgramData\\opencode", `${FOLDER}(A;;DT;;;BU)`],
    ["lies in one that users can rename", "C:\\ProgramData\\opencode", `${FOLDER}(A;;0x10000;;;AU)`],
    ["lies in one that users can do all in", "C:\\ProgramData", `${PROGRAM_DATA}(A;OICI;GA;;;WD)`],
    ["lies on a drive that is a user's", "C:\\", ROOT.replace(/^O:[^D]*/, `O:${USER}`)],
  ])("is none when it %s", (_, part, descriptor) => {
    expect(find({ [part]: descriptor }).found).toBe(part)
  })

  test("is none when a link leads to it, whoever owns what that leads to", () => {
    expect(find({}, ["C:\\ProgramData\\opencode"]).found).toBe("C:\\ProgramData\\opencode")
  })

  test("keeps its lock where a list cannot be read or is not understood, as it is safer with it", () => {
    for (const list of [
      undefined,
      "",
      "O:BAD:(XA;;FA;;;BU;(a == 1))",
      "O:BAD:(A;;FAQQ;;;BU)",
      "O:BAD:(ZZ;;FA;;;BU)",
    ])
      expect(find({ [AT]: list }).found).toBeUndefined()
    // What is known of the others counts all the same.
    const owned = FOLDER.replace("O:BA", `O:${USER}`)
    expect(find({ [AT]: undefined, "C:\\ProgramData\\opencode": owned }).found).toBe(
      "C:\\ProgramData\\opencode",
    )
  })
})

describe("a list", () => {
  test("allows nothing by what is for new files alone, or by what it denies", () => {
    expect(isForOthers("O:SYD:(A;OICIIO;FA;;;WD)(D;;FA;;;BU)", true)).toBe(false)
    expect(isForOthers("O:SYD:(A;OICI;FA;;;WD)", true)).toBe(true)
  })

  test("lets who can make a file in a folder exchange none that is there", () => {
    expect(isForOthers("O:SYD:(A;CI;DCLC;;;BU)", false)).toBe(false)
    expect(isForOthers("O:SYD:(A;CI;DCLC;;;BU)", true)).toBe(true)
  })
})
