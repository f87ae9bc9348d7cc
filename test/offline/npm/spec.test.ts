import { describe, expect, test } from "bun:test"
import { parseSpec } from "../../../offline/npm/spec.ts"

describe("what npm is told to install", () => {
  test.each([
    ["left-pad", { name: "left-pad", version: "latest" }],
    ["left-pad@1.0.0", { name: "left-pad", version: "1.0.0" }],
    ["left-pad@^1.0.0", { name: "left-pad", version: "^1.0.0" }],
    ["@acme/pad", { name: "@acme/pad", version: "latest" }],
    ["@acme/pad@2.0.0-rc.1", { name: "@acme/pad", version: "2.0.0-rc.1" }],
    ["mine@npm:@acme/pad@2.0.0", { name: "@acme/pad", version: "2.0.0" }],
  ])("%s is of a registry", (text, expected) => expect(parseSpec(text)).toEqual(expected))

  test.each([
    ["github:acme/pad", { from: "github:acme/pad" }],
    ["acme/pad", { from: "acme/pad" }],
    ["git@git.example:acme/pad.git", { from: "git@git.example:acme/pad.git" }],
    ["https://files.example/pad.tgz", { from: "https://files.example/pad.tgz" }],
    ["pad@git+https://git.example/pad.git", { name: "pad", from: "git+https://git.example/pad.git" }],
    ["pad@https://files.example/pad.tgz", { name: "pad", from: "https://files.example/pad.tgz" }],
    ["pad@file:../pad", { name: "pad", from: "file:../pad" }],
    ["../pad", { from: "../pad" }],
  ])("%s is not", (text, expected) => expect(parseSpec(text)).toEqual(expected))
})
