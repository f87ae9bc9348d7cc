import type { UpstreamsPage } from "../../../offline/embedded.ts"
import type { ModuleGraph } from "../../container/index.ts"
import { derive } from "../../lib/derived-cache.ts"
import { hashMakers } from "../../lib/makers.ts"
import { findEdits, foreignRequests } from "./edit-assets.ts"
import { findIndex, readWebUi } from "./read-assets.ts"

/**
 * Where upstream's own page is in its executable, and what of it is sent otherwise.
 * @param stock upstream's executable; `sha512` names it in the cache
 * @throws Failure when the page asks other hosts for more, or less, than is known, or is in another form
 */
export async function findUpstreamsPage(
  stock: { graph: Pick<ModuleGraph, "modules">; sha512: string },
  cache: string,
): Promise<UpstreamsPage> {
  const key = `edits of the page ${stock.sha512} ${await hashMakers(import.meta.filename)}`
  const edits = await derive(cache, key, async () =>
    Buffer.from(JSON.stringify(findEdits(readWebUi(stock.graph), foreignRequests))),
  )
  return { index: findIndex(stock.graph).name, edits: JSON.parse(Buffer.from(edits).toString()) }
}
