import { expect, test } from "bun:test"
import path from "path"

// Linux says which libraries a process has loaded.
test.skipIf(process.platform !== "linux")("importing the library loads nothing native", () => {
  const file = path.join(import.meta.dir, "../zig.ts")
  const script = `
    await import(${JSON.stringify(file)})
    const maps = await Bun.file("/proc/self/maps").text()
    console.log(/libopentui/.test(maps) ? "loaded" : "not loaded")
    process.exit(0)`
  const { stdout } = Bun.spawnSync([process.execPath, "-e", script])
  expect(stdout.toString().trim()).toBe("not loaded")
})
