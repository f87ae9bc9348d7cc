/** What an audit measured of an executable, as far as it is told on one page. */
export interface Measured {
  /** Of the report itself. */
  sha256: string
  startedAt: string
  kernel: string
  isGood: boolean
  /** One sentence: what was run, and what left. */
  sentence: string
  /** How the world outside was, in words. */
  networks: string[]
  scenarios: number
  /** Runs of this executable, and how many of them did their job. */
  runs: number
  worked: number
  /** Packets of this executable to what no policy allowed, and to what one did; and of upstream's own in the same. */
  packets: { left: number; allowed: number; stock: number | undefined }
  findings: string[]
  /** Scenarios that were not run, and why. */
  notRun: string[]
}
