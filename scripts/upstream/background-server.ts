import { type Modules, shapeOf } from "./shape.ts"

/** The option of `serve` that makes a server the one of all clients. */
const REGISTER = '"--register"'

/**
 * Whether one server in the background serves all clients of a user. Code of a form that is not known counts as if: what
 * is done then costs the TUI its settings of before, and what is not done could have a client use a server that is online.
 */
export function hasBackgroundServer(graph: Modules): boolean {
  return shapeOf(graph) === undefined || graph.modules.some(({ contents }) => mentions(contents))
}

function mentions({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return Buffer.from(buffer, byteOffset, byteLength).includes(REGISTER)
}
