import { describe, expect, test } from "bun:test"
import { joinBundle, splitBundle } from "../../../scripts/upstream/split-bundle.ts"

const BUNDLE = `// @bun
var helper = 1;

// src/a/one.ts
function one() {}
// a remark
// ../../node_modules/x/index.js
var x = 2;

// src/a/one.ts
one();
`

describe("cutting a bundle into units", () => {
  test("gives one unit for each run that a marker announces, and one for what stands in front", () => {
    expect(splitBundle("m", BUNDLE).map((unit) => unit.file)).toEqual([
      "",
      "src/a/one.ts",
      "../../node_modules/x/index.js",
      "src/a/one.ts",
    ])
  })

  test("takes for a marker only a comment that is a whole line and names a file of upstream's", () => {
    const lines = [
      "// other/one.ts",
      "// one.ts",
      "// /src/one.ts",
      " // src/one.ts",
      "a() // src/one.ts",
      "// src/one.ts and more",
      "// src/one",
      "// src/",
      "/// src/one.ts",
      "//src/one.ts",
      "// .../one.ts",
    ]
    const text = `// @bun\n// src/real.ts\n${lines.join("\n")}\n// ../package/real.ts\nlast()\n`
    expect(splitBundle("m", text).map((unit) => unit.file)).toEqual(["", "src/real.ts", "../package/real.ts"])
  })

  test("loses no character", () => {
    expect(
      splitBundle("m", BUNDLE)
        .map((unit) => unit.text)
        .join(""),
    ).toBe(BUNDLE)
  })

  test("puts the import between the pragma and the code", () => {
    const text = joinBundle(splitBundle("m", BUNDLE), 'import "x";').join("")
    expect(text).toBe(BUNDLE.replace("// @bun\n", '// @bun\nimport "x";\n'))
  })

  test("refuses a file that Bun did not bundle, and one that is minified", () => {
    expect(() => splitBundle("m", "var a = 1\n// src/a.ts\n")).toThrow("does not start with")
    expect(() => splitBundle("m", "// @bun\nvar a=1;")).toThrow("minified")
  })
})
