import { chmod, mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** Files to be there ahead of a run: path relative to its folder, and text. */
export type Files = Record<string, string>

/** The folders of one run, all fresh. */
export interface RunFolder {
  root: string
  home: string
  project: string
  tmp: string
  bin: string
  etc: string
}

/**
 * The programs that a command finds in PATH: git and a shell. What else it wants, ripgrep or Node, it has to have inside.
 */
const programs = ["sh", "bash", "git"]

/** What is put into the folders of a run; `programs` are scripts for PATH, by name. */
export interface RunFiles {
  project: Files
  home: Files
  programs: Files
  /** What is to be seen in /etc. */
  etc?: Files
}

/** Makes the folders of one run and puts the files there. */
export async function createRunFolder(files: RunFiles): Promise<RunFolder> {
  const root = await mkdtemp(join(tmpdir(), "isolated-"))
  const inside = (name: string) => join(root, name)
  const folder = {
    root,
    home: inside("home"),
    project: inside("project"),
    tmp: inside("tmp"),
    bin: inside("bin"),
    etc: inside("etc-added"),
  }
  for (const path of [folder.home, folder.project, folder.tmp, folder.bin, folder.etc]) await mkdir(path)
  await writeFiles(folder.etc, files.etc ?? {})
  await writeFiles(folder.home, files.home)
  await writeFiles(folder.project, files.project)
  for (const name of programs) {
    const found = Bun.which(name)
    if (found) await symlink(found, join(folder.bin, name))
  }
  await writeFiles(folder.bin, files.programs)
  for (const name of Object.keys(files.programs)) await chmod(join(folder.bin, name), 0o755)
  return folder
}

/** All of the environment that a command gets: nothing of this process's own. */
export function runEnvironment({ home, tmp, bin }: RunFolder): Record<string, string> {
  return {
    HOME: home,
    PATH: bin,
    TMPDIR: tmp,
    SHELL: join(bin, "sh"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
  }
}

/** The files that are in the home and in the project, as `home/…` and `project/…`. */
export async function listFiles({ root }: RunFolder): Promise<string[]> {
  const found: string[] = []
  for (const part of ["home", "project"]) {
    const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true })
    for (const entry of entries)
      if (!entry.isDirectory()) found.push(join(entry.parentPath, entry.name).slice(root.length + 1))
  }
  return found.sort()
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
