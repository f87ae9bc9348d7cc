import { runIsolated } from "../harness/run-opencode.ts"
import { Failure } from "../lib/errors.ts"
import { type Bench, compare, type Line } from "./lines.ts"
import { takeTurns } from "./rounds.ts"

/** What our core answers or refuses before upstream's code is loaded, with the exit code. */
const ANSWERED: [exitCode: number, ...args: string[]][] = [
  [0, "--version"],
  [0, "--offline", "--version"],
  [0, "offline"],
  [0, "--offline", "offline"],
  [0, "offline", "check", "https://page.example"],
  [1, "--offline", "offline", "check", "https://page.example"],
  [1, "--offline", "upgrade"],
  [1, "--offline", "pr", "1"],
  [1, "--offline", "github", "install"],
  [1, "--offline", "github", "run"],
  [1, "--offline", "models", "--refresh"],
]

/** Each of {@link ANSWERED} beside upstream's `--version`. */
export async function benchAnswers({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const variants = [
    { executable: stock, args: ["--version"], exitCode: 0 },
    ...ANSWERED.map(([exitCode, ...args]) => ({ executable: built, args, exitCode })),
  ]
  const [base, ...answers] = await takeTurns(rounds, variants, ({ executable, args, exitCode }, round) => {
    update(`round ${round} of ${rounds}`)
    return start(executable, args, exitCode)
  })
  return ANSWERED.map(([, ...args], index) => compare(args.join(" "), [base!, answers[index]!], 0.12))
}

/** `--help`, for which upstream's code is loaded, and nothing else is done: with the switch off, and offline. */
export async function benchHelp({ stock, built, rounds, update }: Bench): Promise<Line[]> {
  const variants = [
    { executable: stock, args: ["--help"] },
    { executable: built, args: ["--help"] },
    { executable: built, args: ["--offline", "--help"] },
  ]
  const times = await takeTurns(rounds, variants, ({ executable, args }, round) => {
    update(`round ${round} of ${rounds}`)
    return start(executable, args)
  })
  const [before, off, on] = times as [number[], number[], number[]]
  return [compare("--help, switch off", [before, off], 1.02), compare("--help, offline", [before, on], 1.05)]
}

/**
 * How long a command takes from its start to its end. Upstream's fetch of the model catalogue is off.
 * @throws Failure when it ends with another exit code
 */
export async function start(executable: string, args: string[], expected = 0): Promise<number> {
  const env = { OPENCODE_DISABLE_MODELS_FETCH: "1" }
  const { ms, exitCode, stderr } = await runIsolated({ executable, args, env, lingerMs: 0 })
  if (exitCode === expected) return ms
  const what = `${executable} ${args.join(" ")} ended with ${exitCode}, not ${expected}`
  throw new Failure({ what, why: stderr, next: "npm test" })
}
