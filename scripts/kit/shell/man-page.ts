import type { Command, Entry, Option } from "./commands.ts"
import { flatten, spelled } from "./completion.ts"

/**
 * The page for `man opencode`.
 * @param version as `opencode --version` prints it
 * @param topics of `opencode offline help`, each with its text
 */
export function manPage(root: Command, version: string, topics: Record<string, string>): string {
  const [, ...commands] = flatten(root)
  const common = new Set(root.options.map(key))
  return `${[
    `.TH OPENCODE 1 "" ${quoted(`opencode ${version}`)} "OpenCode"`,
    ".SH NAME",
    "opencode \\- write and change code with a model, offline if asked to",
    ".SH SYNOPSIS",
    ".B opencode",
    "[options] [project]",
    ".br",
    ".B opencode",
    "command [options]",
    ".SH DESCRIPTION",
    text(
      "With no command OpenCode starts its interface in the terminal. With --offline, OPENCODE_OFFLINE=1 or a policy that says so it connects only to what the policy allows. What follows is what each command says on --help.",
    ),
    ".SH OPTIONS",
    ...root.options.flatMap(option),
    ".SH COMMANDS",
    ...commands.flatMap((command) => [
      `.SS ${quoted(command.usage)}`,
      text(`${sentence(command.about)}${other(command)}`),
      ...command.positionals.filter(({ about }) => about !== "").flatMap(entry),
      ...command.options.filter((each) => !common.has(key(each))).flatMap(option),
    ]),
    ".SH OFFLINE",
    "What follows are the pages of",
    '.BR "opencode offline help" .',
    ...Object.entries(topics).flatMap(([topic, page]) => [`.SS ${quoted(topic)}`, ".nf", text(page), ".fi"]),
    ".SH FILES",
    ...FILES.flatMap(([name, about]) => entry({ name, about })),
  ].join("\n")}\n`
}

const FILES = [
  ["~/.config/opencode/opencode.json", 'A person\'s own configuration. Its "offline" can allow hosts.'],
  ["opencode.json, .opencode/", "A project's configuration. It can switch offline on, and allows nothing."],
  [
    "/etc/opencode/opencode.json",
    "An administrator's configuration, and the policy for everyone on this machine.",
  ],
  [
    "PREFIX/lib/opencode-kit",
    "What the kit installed, with its papers, verify.sh, rollback.sh and uninstall.sh.",
  ],
] as const

/** Two commands mean the same by options that are written and described the same. */
function key({ names, about }: Option): string {
  return JSON.stringify([names, about])
}

function option(each: Option): string[] {
  const words = spelled(each).map((word) => `\\fB${escaped(word)}\\fR`)
  const choices = each.choices.length > 0 ? ` One of ${each.choices.join(", ")}.` : ""
  const otherwise = each.default === undefined ? "" : ` Default: ${each.default}.`
  return [
    ".TP",
    words.join(", ") + (each.takesValue ? " \\fIvalue\\fR" : ""),
    text(`${sentence(each.about)}${choices}${otherwise}`),
  ]
}

function entry({ name, about }: Entry): string[] {
  return [".TP", `\\fI${escaped(name)}\\fR`, text(sentence(about))]
}

function other({ aliases }: Command): string {
  return aliases.length > 0 ? ` Also: ${aliases.join(", ")}.` : ""
}

/** Upstream writes no full stops. */
function sentence(about: string): string {
  return about === "" || /[.!?]$/.test(about) ? about : `${about}.`
}

/** Lines of text in which nothing is taken for a request of roff's. */
function text(lines: string): string {
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => escaped(line).replace(/^[.']/, "\\&$&"))
    .join("\n")
}

function escaped(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-")
}

function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', "\\(dq")}"`
}
