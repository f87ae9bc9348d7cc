import { expect, test } from "bun:test"
import { addRow } from "../../../scripts/pr/table-row.ts"

const TABLE = `before

| Name  | What     |
| ----- | -------- |
| \`a\`   | first    |
| \`b\`   | second   |

after`

const row = (name: string, what: string, after = "`a`") => ({ file: "", after, cells: [name, what] })

test("a row that fits stands behind the named one, padded, and changes no other line", () => {
  expect(addRow(TABLE, row("`x`", "third"))).toBe(
    TABLE.replace("| first    |\n", "| first    |\n| `x`   | third    |\n"),
  )
})

test("a wider one has the whole table padded anew, as a formatter does", () => {
  const after = addRow(TABLE, row("`longer`", "what it does", "`b`"))
  expect(after).toBe(`before

| Name     | What         |
| -------- | ------------ |
| \`a\`      | first        |
| \`b\`      | second       |
| \`longer\` | what it does |

after`)
})

test("one that is there stays as it is, and without its neighbour there is no place", () => {
  expect(addRow(TABLE, row("`b`", "other"))).toBe(TABLE)
  expect(addRow(TABLE, row("`x`", "third", "`none`"))).toBe(undefined)
})
