// Runs in place of OpenCode's main bundle, for `npm run bench`: starts the worker of the TUI, which is OpenCode's own code,
// and prints how many milliseconds it took until all of that was evaluated.

const started = performance.now()
const worker = new Worker("./src/cli/cmd/tui/worker.ts")
worker.addEventListener("error", ({ message }) => {
  console.error(message)
  process.exit(1)
})
await new Promise((done) => worker.addEventListener("message", done, { once: true }))
console.log(performance.now() - started)
process.exit()

export {}
