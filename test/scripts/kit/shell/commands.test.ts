import { expect, test } from "bun:test"
import { parseHelp } from "../../../../scripts/kit/shell/commands.ts"

// Help in the layout of yargs, of commands that no release has.

const HELP = `
  art of some kind

Commands:
  tool bake <cake>             make a cake                                          [aliases: roast]
  tool [folder]                look at a folder                                             [default]
  tool eat                     eat a cake, whole or in pieces, with a fork if there is one, and with a
                               spoon if not

Positionals:
  folder  where to look                                                                     [string]

Options:
  -h, --help      show help                                                                [boolean]
      --oven      which oven to take, of those that are hot
                                              [string] [choices: "left", "right"] [default: "left"]
      --list      several                                                     [array] [default: []]
      --dir       where it is baked                                       [string] [default: "/cwd"]
      --long-one  the word stands tight (so there is no blank between them):[string]
  -k, --key FILE  of our own
      --evil      who knows                        [string] [choices: "$(touch x)", "a b", "fine"]

That is all.
`

const BAKE = `tool bake <cake>

make a cake

Positionals:
  cake  which one                                                              [string] [required]

Options:
  -h, --help  show help                                                                    [boolean]
`

test("what yargs prints is read: rows of two lines, other names, values, choices, defaults", () => {
  const { commands, positionals, options } = parseHelp("tool", [], HELP)!
  expect(commands).toEqual([
    { name: "bake", usage: "tool bake <cake>", about: "make a cake", aliases: ["roast"] },
    {
      name: "eat",
      usage: "tool eat",
      about: "eat a cake, whole or in pieces, with a fork if there is one, and with a spoon if not",
      aliases: [],
    },
  ])
  expect(positionals).toEqual([{ name: "folder", about: "where to look" }])
  const [help, oven, list, dir, long, key] = options
  expect(help).toMatchObject({ names: ["h", "help"], about: "show help", takesValue: false, choices: [] })
  expect(oven).toMatchObject({
    names: ["oven"],
    takesValue: true,
    choices: ["left", "right"],
    default: '"left"',
  })
  expect(list).toMatchObject({ takesValue: true, default: "[]" })
  expect(dir!.default).toBeUndefined()
  expect(long).toMatchObject({
    about: "the word stands tight (so there is no blank between them):",
    takesValue: true,
  })
  expect(key).toMatchObject({ names: ["k", "key"], about: "of our own", takesValue: true })
})

test("a choice that a shell would do something with is left out", () => {
  const { options } = parseHelp("tool", [], HELP)!
  expect(options.at(-1)).toMatchObject({ names: ["evil"], choices: ["fine"] })
})

test("the help of a command names it; that of another one is not taken for it", () => {
  expect(parseHelp("tool", ["bake"], BAKE)).toMatchObject({ usage: "tool bake <cake>", about: "make a cake" })
  expect(parseHelp("tool", ["ba"], BAKE)).toBeUndefined()
  expect(parseHelp("tool", ["eat"], HELP)).toBeUndefined()
})
