// Imported ahead of everything else: flags are read when their module is loaded.
const end = process.argv.indexOf("--")
const words = process.argv.slice(2, end < 0 ? undefined : end)
if (words.includes("--offline")) process.env.OPENCODE_OFFLINE = "1"
