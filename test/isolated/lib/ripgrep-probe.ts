// Runs in place of OpenCode, inside its executable: searches with the ripgrep that PATH has.
const program = Bun.which("rg", { PATH: process.env.PATH! })!
const { stdout } = Bun.spawnSync([program, "needle"])
console.log(process.platform, process.arch, stdout.toString().trim())
process.exit()
