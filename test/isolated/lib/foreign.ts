import { copyFile, mkdir, readFile, realpath, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { run } from "../../../scripts/lib/process.ts"
import { debianPackages, type Missing } from "../../lib/debian.ts"
import { randomDll } from "../../lib/random-dll.ts"
import { MOUNT, makeFolder, wrapper } from "./mounts.ts"

/**
 * Makes a script that starts an executable of another kind than this machine's; gives its path, in a folder of its own.
 * @param isReady whether it is one that {@link fitForWine} made, to be started where it lies
 */
export type Wrap = (executable: string, isReady?: boolean) => Promise<string>

/**
 * Has the kernel start programs for AArch64 by qemu, in a user namespace of their own, where that is forgotten with it: so
 * they start each other as well. The number is that of the processor in an ELF header (F: qemu is opened now, and stays).
 */
const REGISTER = (qemu: string, libraries: string) => `
${MOUNT} -t binfmt_misc none /proc/sys/fs/binfmt_misc
printf '%s' ':aarch64:M:18:\\xb7\\x00::${qemu}:F' > /proc/sys/fs/binfmt_misc/register
export QEMU_LD_PREFIX=${libraries}`

/** @returns why there is none: Debian's packages are out of reach, or the kernel has no such registers */
export async function underQemu(): Promise<Wrap | Missing> {
  const files = await debianPackages("qemu-user-static", "libc6-arm64-cross", "libgcc-s1-arm64-cross")
  if (typeof files !== "string") return files
  return tried(
    REGISTER(join(files, "usr/bin/qemu-aarch64-static"), join(files, "usr/aarch64-linux-gnu")),
    "true",
  )
}

/** The libraries that upstream's executables for musl want beside musl itself. */
const LIBRARIES = ["libstdc++.so.6", "libgcc_s.so.1"]

/**
 * Lays musl over this machine's libraries, in a mount namespace. Its C++ library is this machine's, which is made for glibc:
 * what that takes from it, and musl has not, is in a small library by the name of glibc's loader.
 * @returns why there is none
 */
export async function withMusl(): Promise<Wrap | Missing> {
  const files = await debianPackages("musl")
  if (typeof files !== "string") return files
  const folder = join(await makeFolder(), "lib")
  await mkdir(folder)
  await copyFile(join(files, "lib/x86_64-linux-musl/libc.so"), join(folder, "ld-musl-x86_64.so.1"))
  for (const library of LIBRARIES) {
    const from = join("/usr/lib/x86_64-linux-gnu", library)
    const found = await realpath(from).catch(() => undefined)
    if (!found) return { missing: `there is no ${from}` }
    await copyFile(found, join(folder, library))
  }
  const shim = join(import.meta.dirname, "../../fixtures/musl/shim.c")
  const to = join(folder, "ld-linux-x86-64.so.2")
  const { exitCode, all } = await run("gcc", ["-shared", "-fPIC", "-nostdlib", "-o", to, shim], { all: true })
  if (exitCode !== 0) return { missing: `no C compiler makes ${shim}: ${all}` }
  return tried(`${MOUNT} -t overlay musl -o lowerdir=${folder}:/usr/lib /usr/lib`, "true")
}

/** What Wine 8 has not of Windows, and what stands in for it: Bun gives memory back by it, and does without. */
const ABSENT = Buffer.from("DiscardVirtualMemory\0")
const INSTEAD = Buffer.from("VirtualUnlock\0".padEnd(ABSENT.length, "\0"))

const WINE = "/usr/lib/wine/wine64"
/** Waits until all of Wine has ended, and what it writes then is written. */
const WAIT = "/usr/lib/wine/wineserver64 -w"

/** The variable that names a folder of this machine, which a run under Wine has as that of managed files. */
export const MANAGED = "WINE_MANAGED"

/**
 * Runs programs for Windows with Wine, in a mount namespace that has it. Its drive C: is made once; each run writes to a layer
 * of its own above it.
 * @returns why there is none
 */
export async function underWine(): Promise<Wrap | Missing> {
  const files = await debianPackages("wine64", "libwine", "libz-mingw-w64")
  if (typeof files !== "string") return files
  const made = join(await makeFolder(), "prefix")
  const system = join(made, "drive_c/windows/system32")
  await mkdir(system, { recursive: true })
  await copyFile(join(files, "usr/x86_64-w64-mingw32/lib/zlib1.dll"), join(system, "zlib1.dll"))
  await writeFile(join(system, "bcryptprimitives.dll"), randomDll())
  const laid = [
    ...["/usr/lib", "/usr/share"].map(
      (folder) => `${MOUNT} -t overlay wine -o lowerdir=${files}${folder}:${folder} ${folder}`,
    ),
    "export WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=",
  ].join("\n")
  const make = [laid, `export WINEPREFIX=${made}`, `${WINE} wineboot -i`, WAIT].join("\n")
  const ready = await tried(make, "true")
  if (typeof ready !== "function") return ready
  const layer = [
    laid,
    "/bin/mkdir $TMPDIR/wine $TMPDIR/wine/above $TMPDIR/wine/work $TMPDIR/wine/prefix",
    `${MOUNT} -t overlay c -o userxattr,lowerdir=${made},upperdir=$TMPDIR/wine/above,workdir=$TMPDIR/wine/work $TMPDIR/wine/prefix`,
    "export WINEPREFIX=$TMPDIR/wine/prefix",
    // Drive C: has a home of its own; what a test gives stands in the run's.
    'export XDG_CONFIG_HOME="Z:$HOME/.config"',
    // Wine alone says where the folder of managed files is, and it is on drive C:.
    `managed="$WINEPREFIX/drive_c/ProgramData"`,
    `[ -z "$${MANAGED}" ] || { /bin/mkdir -p "$managed" && /bin/cp -R "$${MANAGED}" "$managed/opencode"; }`,
  ].join("\n")
  return async (executable, isReady) => {
    const file = isReady ? executable : join(await makeFolder(), "opencode.exe")
    if (!isReady) await writeFile(file, fitForWine(await readFile(executable)))
    return wrapper(layer, `${WINE} '${file}'`, WAIT)
  }
}

/** The bytes of an executable for Windows, with what Wine has not exchanged. */
export function fitForWine(bytes: Buffer): Buffer {
  bytes.set(INSTEAD, bytes.indexOf(ABSENT))
  return bytes
}

/** @param prepare what is done in the namespace ahead of the program @param probe a program of this machine's */
async function tried(prepare: string, probe: string): Promise<Wrap | Missing> {
  const { exitCode, all } = await run(await wrapper(prepare, Bun.which(probe)!), [], { all: true })
  if (exitCode !== 0) return { missing: `it cannot be prepared in a namespace: ${all}` }
  return (executable) => wrapper(prepare, executable)
}
