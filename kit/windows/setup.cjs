// Installs, puts back and removes OpenCode on Windows. It runs in the kit's own executable, as Bun, so it needs nothing of the
// machine; install.ps1, rollback.ps1 and uninstall.ps1 start it. Uses no network. Nothing is removed or replaced but what this
// script installed and nobody changed since. On Windows a program that runs can be renamed, but not deleted.
const { createHash } = require("node:crypto")
const fs = require("node:fs")
const path = require("node:path")

const EXE = "bin/opencode.exe"
const KIT = "lib/opencode-kit"
const PREVIOUS = "lib/opencode-kit.previous"
const KEPT = "opencode.kept"
/** What of an installation is in no list: the list itself, and which folders were made for it. */
const LISTS = ["installed", "installed-folders"]

/** What removes the rest, and so goes last, and stays when anything else does that the list names. */
const OWN = [EXE, `${KIT}/setup.cjs`, `${KIT}/uninstall.ps1`]

const VERBS = { install, rollback, uninstall }

class Failure extends Error {
  constructor(what, why, next) {
    super(`error: ${what}\n  why:  ${why}\n  next: ${next}`)
  }
}

process.exitCode = main(process.argv.slice(2))

function main([verb, ...words]) {
  try {
    const { prefix, archive } = readWords(words)
    return VERBS[verb](prefix, archive)
  } catch (error) {
    console.error(error instanceof Failure ? error.message : `error: ${error.message}`)
    return 2
  }
}

function readWords(words) {
  const values = Object.fromEntries(
    words.map((word) => /^--(prefix|archive)=(.+)$/s.exec(word)?.slice(1) ?? [word]),
  )
  if (!values.prefix)
    throw new Failure("There is no folder to install to", "none was given", "install.ps1 -Prefix FOLDER")
  const absolute = (folder) => folder && path.resolve(/^[a-z]:$/i.test(folder) ? `${folder}\\` : folder)
  return { prefix: absolute(values.prefix), archive: absolute(values.archive) }
}

// Install

function install(prefix, archive) {
  console.log("Checking the archive")
  const sums = checkArchive(archive)
  checkPrefix(prefix)
  checkSpace(prefix, archive)
  console.log(`Installing to ${prefix}`)
  const isUpgrade = exists(prefix, KIT)
  const fresh = `${KIT}.new-${process.pid}`
  try {
    copy(prefix, archive, sums, fresh)
    replace(prefix, fresh, isUpgrade)
  } finally {
    removeFolder(path.join(prefix, fresh))
  }
  finish(prefix, isUpgrade)
  return 0
}

function checkArchive(archive) {
  const again =
    "unpack it again, into a folder with a short path (C:\\kit), and compare its sha256 with the one that was printed when it was made"
  const sums = readList(path.join(archive, "SHA256SUMS"))
  if (!sums)
    throw new Failure(
      "SHA256SUMS is not the list of this archive",
      "it has a line that names no file of it",
      again,
    )
  const changed = sums.filter((sum) => !isUnchanged(archive, sum))
  if (changed.length > 0) throw new Failure("The archive is damaged", named(changed), again)
  const more = filesBelow(archive, ".").filter((file) => file !== "SHA256SUMS" && !isListed(sums, file))
  if (more.length > 0)
    throw new Failure("The archive holds more than SHA256SUMS names", more.slice(0, 5).join(", "), again)
  return sums
}

/** What is there already must be what this script installed, as it was. */
function checkPrefix(prefix) {
  const other = "look at it, and remove it, or choose another folder: install.ps1 -Prefix FOLDER"
  if (exists(prefix, PREVIOUS)) {
    const wrong = findWrong(prefix, PREVIOUS)
    if (wrong) throw new Failure(`${path.join(prefix, PREVIOUS)} is not what was kept`, wrong, other)
  }
  if (exists(prefix, `${KIT}/installed`)) {
    const wrong = findWrong(prefix, KIT)
    if (wrong) throw new Failure(`What was installed in ${prefix} was changed since`, wrong, other)
    return
  }
  for (const there of [EXE, KIT])
    if (exists(prefix, there))
      throw new Failure(
        `${path.join(prefix, there)} is there already`,
        "this script did not install it",
        other,
      )
}

function checkSpace(prefix, archive) {
  let there = prefix
  while (!fs.existsSync(there) && there !== path.dirname(there)) there = path.dirname(there)
  const needed =
    Number(/^kilobytes (\d+)$/m.exec(fs.readFileSync(path.join(archive, "machine"), "utf8"))?.[1]) * 1024
  const { bavail, bsize } = fs.statfsSync(there)
  if (bavail * bsize >= needed) return
  const why = `${megabytes(needed)} are needed, and ${megabytes(bavail * bsize)} are free`
  throw new Failure(
    `There is not enough room in ${there}`,
    why,
    "make room, or choose another folder: install.ps1 -Prefix FOLDER",
  )
}

function copy(prefix, archive, sums, fresh) {
  const made = exists(prefix, KIT)
    ? readFolders(prefix, KIT)
    : ["bin", "lib", "."].filter((folder) => !exists(prefix, folder))
  const installed = sums.filter(({ file }) => file.startsWith("files/"))
  for (const { file } of installed) {
    const name = file.slice("files/".length)
    const to = path.join(prefix, fresh, name === EXE ? "opencode.new" : name.slice(`${KIT}/`.length))
    fs.mkdirSync(path.dirname(to), { recursive: true })
    fs.copyFileSync(path.join(archive, file), to)
  }
  fs.mkdirSync(path.join(prefix, "bin"), { recursive: true })
  const lines = installed.map(({ hash, file }) => `${hash}  ${file.slice("files/".length)}\n`)
  fs.writeFileSync(path.join(prefix, fresh, "installed"), lines.join(""))
  fs.writeFileSync(path.join(prefix, fresh, "installed-folders"), `${made.join(" ")}\n`)
}

function replace(prefix, fresh, isUpgrade) {
  const old = `${PREVIOUS}.old-${process.pid}`
  const keep = [
    ...(exists(prefix, PREVIOUS) ? [[PREVIOUS, old]] : []),
    [EXE, `${KIT}/${KEPT}`],
    [KIT, PREVIOUS],
  ]
  renameAll(prefix, [...(isUpgrade ? keep : []), [`${fresh}/opencode.new`, EXE], [fresh, KIT]])
  removeFolder(path.join(prefix, old))
}

function finish(prefix, isUpgrade) {
  const [kit, bin] = [path.join(prefix, KIT), path.join(prefix, "bin")]
  const programs = fs.readdirSync(path.join(kit, "bin")).length
  const run = (script) => `powershell -NoProfile -ExecutionPolicy Bypass -File "${path.join(kit, script)}"`
  console.log(
    `Installed ${path.join(prefix, EXE)}, and ${programs} programs that it finds by itself when it is offline`,
  )
  if (isUpgrade) console.log(`The one that was there is kept. To go back to it: ${run("rollback.ps1")}`)
  console.log(`To remove it: ${run("uninstall.ps1")}`)
  const folders = (process.env.PATH ?? process.env.Path ?? "").split(path.delimiter)
  const isFound = folders.some((folder) => path.resolve(folder).toLowerCase() === bin.toLowerCase())
  if (!isFound) {
    const user = "[Environment]::GetEnvironmentVariable('Path', 'User')"
    const value = `(${user} + ';${bin.replaceAll("'", "''")}')`
    console.log(`${bin} is not in Path. Run this in PowerShell, and sign in again:`)
    console.log(`  [Environment]::SetEnvironmentVariable('Path', ${value}, 'User')`)
  }
  console.log(
    `Next: ${isFound ? "opencode" : `& '${path.join(bin, "opencode.exe").replaceAll("'", "''")}'`} offline help`,
  )
}

// Put back

/** Exchanges what is there with what was kept; so a second time undoes the first. */
function rollback(prefix) {
  if (!exists(prefix, PREVIOUS))
    throw new Failure(
      "There is nothing to go back to",
      `there is no ${path.join(prefix, PREVIOUS)}`,
      "nothing is to be done",
    )
  const wrong = findWrong(prefix, PREVIOUS)
  if (wrong)
    throw new Failure(
      "What was kept was changed since, or could not be compared",
      wrong,
      "install.ps1 of the archive",
    )
  const between = `${KIT}.between-${process.pid}`
  renameAll(prefix, [
    [EXE, `${KIT}/${KEPT}`],
    [`${PREVIOUS}/${KEPT}`, EXE],
    [PREVIOUS, between],
    [KIT, PREVIOUS],
    [between, KIT],
  ])
  console.log(`Put back what was there before the last installation: ${path.join(prefix, EXE)}`)
  console.log("The other one is kept. To go back to it: run this again")
  return 0
}

// Remove

function uninstall(prefix) {
  const list = readList(path.join(prefix, KIT, "installed"), isInstalled)
  const kept = exists(prefix, PREVIOUS) ? readList(path.join(prefix, PREVIOUS, "installed"), isInstalled) : []
  const folders = readFolders(prefix, KIT)
  if (!list || !kept || !folders || hasLinks(prefix))
    throw new Failure(
      "The lists of what was installed cannot be gone by",
      `look at ${path.join(prefix, KIT)}`,
      "remove it by hand",
    )
  const isOwn = ({ file }) => OWN.includes(file)
  const [own, others] = [list.filter(isOwn), list.filter((sum) => !isOwn(sum))]
  const removedOthers = removeListed(prefix, others)
  removeListed(prefix, kept.map(whereKept))
  const isLeft = ({ file }) => exists(prefix, file)
  const removed = removedOthers + (others.some(isLeft) ? 0 : removeListed(prefix, own))
  // The lists stay while anything does that they name.
  for (const [folder, sums] of [
    [KIT, list],
    [PREVIOUS, kept.map(whereKept)],
  ])
    if (!sums.some(isLeft))
      for (const name of LISTS)
        if (exists(prefix, `${folder}/${name}`)) fs.unlinkSync(path.join(prefix, folder, name))
  const left = [EXE, KIT, PREVIOUS].flatMap((part) => filesBelow(prefix, part))
  for (const folder of [KIT, PREVIOUS]) removeEmpty(path.join(prefix, folder))
  for (const folder of folders) removeEmpty(path.join(prefix, folder), false)
  console.log(`Removed ${removed} files: ${path.join(prefix, EXE)} and ${path.join(prefix, KIT)}`)
  console.log("Settings, sessions and caches of users stay: .config, .local and .cache in their own folders")
  if (left.length === 0) return 0
  console.error(`Left in ${prefix}, as it was added or changed since the installation:\n${left.join("\n")}`)
  return 1
}

/** @returns how many; this executable itself is set aside, for the script that started it to delete */
function removeListed(prefix, sums) {
  const fine = sums.filter((sum) => exists(prefix, sum.file) && isUnchanged(prefix, sum))
  for (const { file } of fine) {
    if (file === EXE)
      fs.renameSync(path.join(prefix, file), path.join(prefix, `opencode.exe.removed-${process.pid}`))
    else fs.unlinkSync(path.join(prefix, file))
  }
  return fine.length
}

// Lists

/**
 * The lines of a list of sums; undefined when one of them is none, or there are none.
 * @param mayName says of a file whether it can be in this list
 */
function readList(file, mayName = () => true) {
  const sums = []
  for (const line of fs.readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue
    const [, hash, name] = /^([0-9a-f]{64}) {2}([\w.@$+/ -]+)$/.exec(line) ?? []
    if (!name || name.split("/").some((part) => ["", ".", ".."].includes(part)) || !mayName(name))
      return undefined
    sums.push({ hash, file: name })
  }
  return sums.length > 0 ? sums : undefined
}

function isInstalled(name) {
  return name === EXE || name.startsWith(`${KIT}/`)
}

/** The folders that were made, the inner ones first; undefined when the list has another word. */
function readFolders(prefix, folder) {
  const words = fs
    .readFileSync(path.join(prefix, folder, "installed-folders"), "utf8")
    .split(/\s+/)
    .filter(Boolean)
  return words.every((word) => ["bin", "lib", "."].includes(word)) ? words : undefined
}

/** What of an installation, or of the one that was kept, is not as its list says; undefined when all is. */
function findWrong(prefix, folder) {
  const list =
    exists(prefix, `${folder}/installed`) && readList(path.join(prefix, folder, "installed"), isInstalled)
  if (!list || !exists(prefix, `${folder}/installed-folders`) || !readFolders(prefix, folder))
    return "its list is not there, or names something else"
  if (hasLinks(prefix)) return "there is a link in it"
  const sums = folder === KIT ? list : list.map(whereKept)
  const changed = sums.filter((sum) => !isUnchanged(prefix, sum))
  if (changed.length > 0) return named(changed)
  const known = [...sums, ...LISTS.map((name) => ({ file: `${folder}/${name}` }))]
  const more = filesBelow(prefix, folder).filter((file) => !isListed(known, file))
  return more.length > 0 ? `not installed: ${more.slice(0, 5).join(", ")}` : undefined
}

/** Where a file of the list lies that was kept. */
function whereKept({ hash, file }) {
  return { hash, file: file === EXE ? `${PREVIOUS}/${KEPT}` : PREVIOUS + file.slice(KIT.length) }
}

function isListed(sums, file) {
  sums.names ??= new Set(sums.map((sum) => sum.file))
  return sums.names.has(file)
}

function named(sums) {
  return sums
    .slice(0, 5)
    .map(({ file }) => file)
    .join(", ")
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`
}

// Files

/** All renames or none: what was done is undone when one fails, as where a file is open. */
function renameAll(prefix, moves) {
  const done = []
  try {
    for (const [from, to] of moves) {
      fs.renameSync(path.join(prefix, from), path.join(prefix, to))
      done.unshift([to, from])
    }
  } catch (error) {
    for (const [from, to] of done) fs.renameSync(path.join(prefix, from), path.join(prefix, to))
    throw new Failure(
      `${prefix} could not be changed, and is as it was`,
      error.message,
      "end every OpenCode that runs, and try again",
    )
  }
}

function exists(prefix, name) {
  return fs.lstatSync(path.join(prefix, name), { throwIfNoEntry: false }) !== undefined
}

function isUnchanged(base, { hash, file }) {
  const at = path.join(base, file)
  if (!fs.lstatSync(at, { throwIfNoEntry: false })?.isFile()) return false
  return createHash("sha256").update(fs.readFileSync(at)).digest("hex") === hash
}

/** Whether a folder of the installation is a link: what lies behind one is not what was installed. */
function hasLinks(prefix) {
  return ["bin", "lib", KIT, PREVIOUS].some((part) =>
    holdsLink(path.join(prefix, part), part === KIT || part === PREVIOUS),
  )
}

function holdsLink(folder, deep) {
  const status = fs.lstatSync(folder, { throwIfNoEntry: false })
  if (!status) return false
  if (!status.isDirectory()) return true
  if (!deep) return false
  return fs.readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const isFolder = entry.isDirectory()
    return entry.isSymbolicLink() || (isFolder && holdsLink(path.join(folder, entry.name), true))
  })
}

/** All that is no folder, with forward slashes, from `base`. */
function filesBelow(base, name) {
  const at = path.join(base, name)
  const status = fs.lstatSync(at, { throwIfNoEntry: false })
  if (!status) return []
  if (!status.isDirectory()) return [name]
  return fs.readdirSync(at).flatMap((entry) => filesBelow(base, name === "." ? entry : `${name}/${entry}`))
}

function removeFolder(folder) {
  try {
    for (const file of filesBelow(folder, ".")) fs.unlinkSync(path.join(folder, file))
    removeEmpty(folder)
  } catch (error) {
    console.error(`left, as it could not be removed: ${folder}: ${error.message}`)
  }
}

/** Removes a folder that has no file in it, and those in it. */
function removeEmpty(folder, deep = true) {
  try {
    if (deep) for (const name of fs.readdirSync(folder)) removeEmpty(path.join(folder, name))
    fs.rmdirSync(folder)
  } catch {}
}
