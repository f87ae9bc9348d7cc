/** All that a patch needs, in one import. Not a patch: only names in `series` are. */
export type { NapiConfig, SgNode } from "@ast-grep/napi"
export * from "../scripts/patching/edits.ts"
export { type Change, definePatch, type Edit } from "../scripts/patching/patch.ts"
export * from "../scripts/patching/rules.ts"
