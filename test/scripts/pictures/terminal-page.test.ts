import { expect, test } from "bun:test"
import { Screen } from "../../../scripts/isolation/screen.ts"
import { terminalPage } from "../../../scripts/pictures/terminal-page.ts"

test("a screen's cells have their text and colours, and are drawn with them", async () => {
  const screen = new Screen({ columns: 4, rows: 1 })
  const text = "\\033[1;38;2;1;2;255;48;2;16;17;18m<█\\033[0mb"
  const child = Bun.spawn(["printf", text], { terminal: screen.pty })
  await Promise.all([child.exited, screen.waitUntil((seen) => seen.includes("b"))])
  const [[first, block, plain, empty]] = screen.cells() as [ReturnType<typeof screen.cells>[0]]
  expect(first).toEqual({ text: "<", front: "#0102ff", back: "#101112", isBold: true })
  expect(block!.text).toBe("█")
  expect(plain).toMatchObject({ text: "b", isBold: false })
  expect(plain!.front).toBeUndefined()
  expect(empty!.text).toBe(" ")
  const page = terminalPage(screen.cells(), new Uint8Array([1, 2, 3]))
  expect(page).toContain('<i style="color:#0102ff;background-color:#101112;font-weight:bold">&#60;</i>')
  // A block is a rectangle, so that it meets its neighbours whatever the font.
  expect(page.match(/background-image/g)).toHaveLength(1)
  expect(page).not.toContain("█")
})

test.each([
  [9, "#ff0000"],
  [16, "#000000"],
  [196, "#ff0000"],
  [214, "#ffaf00"],
  [232, "#080808"],
  [255, "#eeeeee"],
])("colour %d of xterm's is %s", async (place, colour) => {
  const screen = new Screen({ columns: 2, rows: 1 })
  const child = Bun.spawn(["printf", `\\033[38;5;${place}mx`], { terminal: screen.pty })
  await Promise.all([child.exited, screen.waitUntil((seen) => seen.includes("x"))])
  expect(screen.cells()[0]![0]!.front).toBe(colour)
})
