// What a program inside the executable can do to the builtins that a guard may rely on when it starts a child. Bundled with a
// probe.
import crypto from "node:crypto"
import fs from "node:fs"
import path from "node:path"

const nothing = () => ""
const yes = () => true
const no = () => false

/** Each is done ahead of starting children that would be guarded. */
export const childTamperings: Record<string, () => unknown> = {
  "arrays, which are joined and cut": () => {
    Array.prototype.join = nothing
    Array.prototype.slice = Array.prototype.splice = Array.prototype.concat = () => []
    Array.prototype.push = Array.prototype.unshift = () => 0
    Array.prototype.map = Array.prototype.filter = () => []
  },
  "strings, which are replaced and split": () => {
    String.prototype.replace = String.prototype.replaceAll = nothing
    String.prototype.split = () => [""]
    String.prototype.trim = String.prototype.substring = nothing
  },
  JSON: () => {
    JSON.stringify = () => '""'
    JSON.parse = () => ({})
  },
  "the functions of Object": () => {
    Object.assign = (target: object) => target
    Object.keys = Object.entries = Object.getOwnPropertyNames = () => []
    Object.fromEntries = () => ({})
    Object.freeze = (value: never) => value
  },
  "Math.random": () => {
    Math.random = () => 0
  },
  "regular expressions that match nothing": () => {
    RegExp.prototype.test = no
    RegExp.prototype.exec = () => null
  },
  "sets with nothing in them": () => {
    Set.prototype.has = Map.prototype.has = no
    Array.prototype.includes = Array.prototype.some = no
  },
  hashes: () => {
    const hash = crypto.createHash("sha256")
    Object.getPrototypeOf(hash).digest = () => "0".repeat(64)
    crypto.createHash = (() => ({ update: () => ({ digest: () => "0".repeat(64) }) })) as never
  },
  "the module of files": () => {
    fs.Stats.prototype.isFile = yes
    fs.readFileSync = nothing as never
    fs.existsSync = yes
    fs.statSync = (() => ({ dev: 0n, ino: 0n, mode: 0, isFile: yes })) as never
    fs.writeFileSync = () => {}
  },
  "the module of paths": () => {
    path.join = path.resolve = path.dirname = path.basename = path.normalize = () => "none"
    path.isAbsolute = yes
  },
  "what the process says of itself": () => {
    Object.defineProperty(process, "execPath", { value: "/none" })
    Object.defineProperty(process, "platform", { value: "win32" })
    process.execArgv = []
    process.cwd = () => "/"
    process.getuid = () => 0
  },
  "the prototype of objects, with options of files": () =>
    Object.assign(Object.prototype, { encoding: "hex", throwIfNoEntry: false, flush: true }),
  "the prototype of objects, with an environment": () =>
    Object.assign(Object.prototype, { BUN_OPTIONS: "", OPENCODE_OFFLINE: "0", OPENCODE_OFFLINE_ALLOW: "*" }),
  "the prototype of objects, with options of children": () =>
    Object.assign(Object.prototype, { env: {}, argv0: "other", origin: "", state: { own: "" } }),
  "the prototype of all that is made of JSON": () =>
    Object.assign(Object.prototype, { toJSON: () => ({ origin: undefined }) }),
  "the temporary folder, which is relative": () => {
    process.env.TMPDIR = "tmp"
  },
}
