import type { BuildRecord } from "./build-record.ts"

/** What the record says of the runtime beside its Bun package, as the rest of a sentence: "the runtime is …". */
export function describeRuntime({ runtime }: Pick<BuildRecord, "runtime">): string {
  const bun = `${runtime.package}@${runtime.version}`
  if (!runtime.equal) return `NOT equal to ${bun}`
  if (runtime.apartFromSignature) return `equal to ${bun} but for the file's checksum and signature`
  return `equal to ${bun}, byte for byte`
}
