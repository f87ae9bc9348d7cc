import { providerUrl } from "../../scripts/harness/provider.ts"

/**
 * A catalogue with one provider and one model, as JSON, which is listed when its key, `TEST_KEY`, is in the environment.
 * @param api where it is: without, the mock model's server
 */
export function catalogue(id: string, api = providerUrl): string {
  const model = {
    id: `${id}-model`,
    name: id,
    release_date: "2026-01-01",
    attachment: false,
    reasoning: false,
    temperature: true,
    tool_call: true,
    limit: { context: 1000, output: 100 },
    options: {},
  }
  return JSON.stringify({
    [id]: { id, name: id, env: ["TEST_KEY"], api, models: { [model.id]: model } },
  })
}
