/** All that a patch needs, in one import. Not a patch: only names in `series` are. */
export * from "../scripts/lib/series/edits.ts"
export { definePatch } from "../scripts/lib/series/patch.ts"
export * from "../scripts/lib/series/rules.ts"
