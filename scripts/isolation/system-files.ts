import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { checked, cString, libc } from "./libc.ts"

// From sys/mount.h.
const MS_RDONLY = 1
const MS_NOSUID = 2
const MS_NODEV = 4
const MS_NOEXEC = 8
const MS_REMOUNT = 32
const MS_BIND = 4096

/**
 * Makes every name lookup of this mount namespace end at `resolver`: the files that the C library reads are
 * covered by files written into `folder`, and the host's lookup services, which answer over unix sockets and so
 * from outside the network namespace, are out of reach. The host's own files stay as they are.
 */
export function replaceResolver(folder: string, resolver: string): void {
  mkdirSync(folder, { recursive: true })
  cover("/etc/resolv.conf", `nameserver ${resolver}\noptions timeout:2 attempts:1\n`, folder)
  cover("/etc/hosts", `127.0.0.1 localhost ${hostname()}\n::1 localhost\n`, folder)
  cover("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", folder)
  for (const service of ["/run/nscd", "/var/run/nscd"])
    if (existsSync(service)) mount("tmpfs", service, "tmpfs", 0)
}

function cover(path: string, text: string, folder: string): void {
  if (!existsSync(path)) {
    // The C library's own default without this file is what is wanted, except for the resolver's address.
    if (path === "/etc/resolv.conf") throw new Error(`${path} does not exist, so there is nothing to cover`)
    return
  }
  const replacement = join(folder, path.slice("/etc/".length))
  writeFileSync(replacement, text)
  mount(replacement, path, "none", MS_BIND)
}

/** Shows the files of another folder in a folder, beside those that it has. Nothing can be written to it then. */
export function addFiles(folder: string, added: string): void {
  mount("overlay", folder, "overlay", 0, `lowerdir=${added}:${folder}`)
}

/** Lets nobody write to a folder, not even root. */
export function makeReadOnly(folder: string): void {
  mount(folder, folder, "none", MS_BIND)
  // An ordinary user may not take away a flag that the folder's file system has, but may set all of them.
  mount("none", folder, "none", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
}

/** Shows the process namespace's own processes in /proc, where the machine lets it. */
export function tryMountProc(): boolean {
  return libc.mount(cString("proc"), cString("/proc"), cString("proc"), 0, null) === 0
}

function mount(source: string, target: string, type: string, flags: number, data?: string): void {
  const more = data === undefined ? null : cString(data)
  const result = libc.mount(cString(source), cString(target), cString(type), flags, more)
  checked(`mount(${source}, ${target})`, result)
}
