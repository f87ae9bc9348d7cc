import { readFile } from "node:fs/promises"
import { z } from "zod"
import { Failure } from "../lib/errors.ts"
import { nearest } from "../lib/nearest.ts"
import type { NamedPullRequest, PullRequest, Step, Vintage } from "./pull-request.ts"

const FOLDER = new URL("../../pull-requests/", import.meta.url)

const number = z.number().int().positive()

/** What a pull request declares about itself; its edits are checked by their type and by applying them. */
const Declaration = z
  .object({
    subject: z.string().regex(/^(feat|fix|docs|chore|refactor|test)(\([a-zA-Z0-9-]+\))?: \S/),
    why: z.string().min(80),
    closes: z.array(number),
    related: z.array(number),
    instead: z.array(z.string()),
    needs: z.array(z.string()).optional(),
    in2x: z.string().min(20),
    forms: z.partialRecord(z.enum(["namespaces", "effect", "other"]), z.array(z.looseObject({})).min(1)),
  })
  .refine(({ forms }) => Object.keys(forms).length > 0, "it has no form")

/**
 * The pull requests that can be made, in the order in which they are sent: `pull-requests/series`, a name a line.
 * @throws Failure when one is missing, or does not declare all that it must
 */
export async function readPullRequests(): Promise<NamedPullRequest[]> {
  const lines = (await readFile(new URL("series", FOLDER), "utf8")).split("\n")
  const names = lines.map((line) => line.replace(/#.*/, "").trim()).filter(Boolean)
  const requests = await Promise.all(names.map(readOne))
  for (const [i, { name, needs = [] }] of requests.entries()) {
    const missing = needs.find((needed) => !names.slice(0, i).includes(needed))
    if (missing) throw invalid(name, `it needs ${missing}, which does not stand before it in the series`)
  }
  return requests
}

/** @throws Failure that lists those that there are, when there is none of that name */
export function findPullRequest(requests: NamedPullRequest[], name: string): NamedPullRequest {
  const found = requests.find((one) => one.name === name)
  if (found) return found
  const names = requests.map((one) => one.name)
  const meant = nearest(name, names)
  throw new Failure({
    what: `There is no pull request named ${JSON.stringify(name)}`,
    why: `those that can be made are ${names.join(", ")}`,
    next: meant ? `npm run pr -- ${meant}` : "npm run pr -- --list",
  })
}

/** What it builds on, and what that builds on, in the order of the series. */
export function needsOf(requests: NamedPullRequest[], { needs = [] }: NamedPullRequest): NamedPullRequest[] {
  const direct = requests.filter(({ name }) => needs.includes(name))
  const all = new Set(direct.flatMap((one) => [...needsOf(requests, one), one]))
  return requests.filter((one) => all.has(one))
}

async function readOne(name: string): Promise<NamedPullRequest> {
  const module = await import(new URL(`${name}.ts`, FOLDER).href).catch((error) => {
    throw invalid(name, `pull-requests/${name}.ts cannot be loaded: ${error.message}`)
  })
  const declared = Declaration.safeParse(module.default)
  if (!declared.success) throw invalid(name, z.prettifyError(declared.error))
  const request = module.default as PullRequest
  const forms = Object.entries(request.forms).map(async ([vintage, steps]) => [
    vintage,
    await Promise.all(steps.map((step) => readFiles(name, vintage as Vintage, step))),
  ])
  return { name, ...request, forms: Object.fromEntries(await Promise.all(forms)) }
}

/** Where the files that it brings find upstream's flags: they are written for `namespaces`. */
const FLAGS = { from: '"@/flag/flag"', effect: '"@opencode-ai/core/flag/flag"' }

async function readFiles(name: string, vintage: Vintage, step: Step): Promise<Step> {
  if (!step.files) return step
  const read = async ([path, source]: [string, string]) => {
    const text = await readFile(new URL(`files/${name}/${source}`, FOLDER), "utf8").catch((error) => {
      throw invalid(name, error.message)
    })
    return [path, vintage === "effect" ? text.replaceAll(FLAGS.from, FLAGS.effect) : text]
  }
  return { ...step, files: Object.fromEntries(await Promise.all(Object.entries(step.files).map(read))) }
}

function invalid(name: string, why: string): Failure {
  return new Failure({
    what: `The pull request ${name} cannot be made`,
    why,
    next: `mend pull-requests/${name}.ts or its line in pull-requests/series`,
  })
}
