import { describe, expect, test } from "bun:test"
import { makeCliTable } from "../../../scripts/upstream/cli-table.ts"

/** A command line in our own words, as a bundler leaves it. */
const READABLE = `
// src/cli/network.ts
var networkOptions = {
  port: { type: "number", describe: "where to listen" },
  loud: { type: "boolean", describe: "say more" },
  only: { type: "string", array: true }
};
function withNetwork(yargs) {
  return yargs.options(networkOptions);
}
// src/cli/cmd/serve.ts
var ServeCommand = cmd({
  command: "serve [place]",
  aliases: ["s", "start"],
  builder: (yargs) => withNetwork(yargs).option("title", { alias: ["t"], describe: "a name" }),
  describe: "serve",
  handler: async (args) => {}
});
// src/cli/cmd/keys.ts
var KeysListCommand = cmd({
  command: "list",
  describe: "list keys",
  async handler() {}
}), KeysAddCommand = cmd({
  command: "add <name>",
  describe: false,
  builder: (yargs) => yargs.option("force", { alias: "f", type: "boolean" }),
  handler: async () => {}
});
var KeysCommand = cmd({
  command: "keys",
  describe: "keep keys",
  builder: (yargs) => yargs.command(KeysListCommand).command({ ...KeysAddCommand, describe: "add" }).command({
    command: "wipe",
    describe: "remove all",
    handler() {}
  }),
  async handler() {}
});
// src/cli/cmd/plain.ts
var PlainCommand = {
  command: "plain",
  handler: async () => {}
};
var ThreadCommand = cmd({ command: "$0 [folder]", describe: "start", handler: async () => {} });
// src/tui.tsx
var entries = [{ title: "Run", command: "prompt.run", onSelect: () => {} }];
// src/index.ts
var cli = yargs().option("level", { choices: ["a", "b"], type: "string" }).option("debug", { boolean: true }).option("file", { alias: "f", type: "string" }).completion("completion", "print a script").command(ServeCommand).command(KeysCommand).command(PlainCommand).command(ThreadCommand);
`

const MINIFIED = `var o={port:{type:"number",describe:"a"},loud:{type:"boolean"},only:{type:"string",array:!0}};function w(D){return D.options(o)}var A=c({command:"serve [place]",aliases:["s","start"],builder:(D)=>w(D).option("title",{alias:["t"],describe:"a name"}),describe:"serve",handler:u.fn("Cli.serve")(function*(){})}),B=c({command:"list",describe:"list keys",async handler(){}}),C=c({command:"add <name>",describe:!1,builder:(D)=>D.option("force",{alias:"f",type:"boolean"}),handler:async()=>{}}),E=c({command:"keys",describe:"keep keys",builder:(D)=>D.command(B).command({...C,describe:"add"}).command({command:"wipe",describe:"remove all",handler(){}}),async handler(){}}),F={command:"plain",builder:(D)=>D,handler:async()=>{}},G=c({command:"$0 [folder]",describe:"start",handler:async()=>{}}),H=[{title:"Run",command:"prompt.run",onSelect:()=>{}}];var I=y().option("level",{choices:["a","b"],type:"string"}).option("debug",{boolean:!0}).option("file",{alias:"f",type:"string"}).completion("completion","print a script").command(A).command(E).command(F).command(G);`

/** Another module, in which the same letters mean something else. */
const OTHER = `var Z=c({command:"other",describe:"x",builder:(D)=>D.command(A).command(F),handler(){}});`

const table = {
  commands: ["completion", "keys", "plain", "s", "serve", "start"],
  valueOptions: ["file", "level", "only", "port", "t", "title"],
}

describe("the command line of a release", () => {
  test("is read from a bundle, whose files are parsed one by one", () => {
    expect(makeCliTable([READABLE.split(/^(?=\/\/ src)/m)])).toEqual(table)
  })

  test("is read from minified chunks, where a name has a meaning in its own only", () => {
    expect(makeCliTable([[MINIFIED], [OTHER]])).toEqual({
      ...table,
      commands: [...table.commands, "other"].sort(),
    })
  })

  test("is empty where there is no yargs", () => {
    const other = `const command = Command.make("serve", {}, () => {}).pipe(withFlags({ command: "serve" }))`
    expect(makeCliTable([[other], [""]])).toEqual({ commands: [], valueOptions: [] })
  })
})
