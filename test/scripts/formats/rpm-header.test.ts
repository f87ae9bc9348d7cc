import { expect, test } from "bun:test"
import { REGION, writeHeader } from "../../../scripts/formats/rpm-header.ts"

// That rpm itself takes such headers is seen in test/isolated/system-packages.test.ts.

/** Tag, type, offset and count of each entry of the index. */
function indexOf(header: Buffer): number[][] {
  return Array.from({ length: header.readUInt32BE(8) }, (_, at) =>
    [0, 4, 8, 12].map((field) => header.readInt32BE(16 + at * 16 + field)),
  )
}

test("a header has its tags in order, numbers where they may stand, and a region about the whole", () => {
  const header = writeHeader(
    {
      1004: { text: "a" },
      1000: { string: "name" },
      1030: { int16: [1, 2] },
      1009: { int32: [7] },
      1117: { strings: ["x", "y"] },
    },
    REGION.main,
  )
  expect(header.toString("hex")).toStartWith("8eade80100000000")
  const [region, ...index] = indexOf(header)
  expect(index).toEqual([
    [1000, 6, 0, 1],
    [1004, 9, 5, 1],
    [1009, 4, 8, 1],
    [1030, 3, 12, 2],
    [1117, 8, 16, 2],
  ])
  const store = header.subarray(16 + 6 * 16)
  expect(store.length).toBe(header.readUInt32BE(12))
  expect(store.subarray(0, 20).toString("latin1")).toBe("name\0a\0\0\0\0\0\x07\0\x01\0\x02x\0y\0")
  expect(region).toEqual([63, 7, 20, 16])
  expect([0, 4, 8, 12].map((field) => store.readInt32BE(20 + field))).toEqual([63, 7, -6 * 16, 16])
})
