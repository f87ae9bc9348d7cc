/** What the web UI needs of a request. */
export interface WebRequest {
  /** As the client sent it: Hono matches a HEAD as a GET, but leaves the method alone. */
  method: string
  path: string
  header(name: string): string | undefined
}

/** The part of a Hono request context that the web UI needs, written down here so that hono is not imported. */
export interface WebContext {
  req: WebRequest & {
    query(name: string): string | undefined
    /** Every handler that this request would run; middleware and catch-alls have the method "ALL". */
    matchedRoutes: { method: string }[]
  }
}

/** A request as Effect's server has it, or as `fetch` does. */
export interface GivenRequest {
  method: string
  /** A whole address, or the path and query of one. */
  url: string
  headers: Headers | Record<string, string>
}

export type Next = () => Promise<void>

/** One file of the web UI, as it is stored: its bytes may be brotli. */
export interface Asset {
  type: string
  /** A weak entity tag: the same for every encoding of the same content. */
  etag: string
  encoding: "br" | "identity"
  /** The stored bytes; read only when they are sent. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

/** The page, with the CSP sources (`'sha256-…'`) of the scripts inside it. */
export interface Page extends Asset {
  scripts: string[]
  /** The version that it was taken from; undefined when it is the server's own, or not known. */
  version?: string
}

/** Where the web UI comes from: the executable, a folder, or an address. */
export interface AssetSource {
  /** The file at this URL path (`/assets/a.js`), or undefined when there is none. */
  asset(path: string): Promise<Asset | undefined>
  /** The page, or undefined when this source has no web UI at all. */
  page(): Promise<Page | undefined>
  /** Said to the person when there is no page: why, and what to do. */
  missing: string
}
