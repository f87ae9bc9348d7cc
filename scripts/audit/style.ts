import { markup } from "./markup.ts"

/** How the report looks. */
export const style = markup`
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem 2rem 50vh; color: #1b1f24; background: #fff }
table { border-collapse: collapse; margin: 0 0 1rem }
th, td { border: 1px solid #d5d9de; padding: .2rem .5rem; text-align: left; vertical-align: top; font-weight: normal }
thead th, tr:first-child > th { background: #f3f5f7 }
td { overflow-wrap: anywhere }
th p { margin: 0; color: #59636e; max-width: 30rem }
.wide { overflow: auto; max-height: 90vh; padding-bottom: 1rem }
.matrix { border-collapse: separate; border-spacing: 0 }
.matrix td { text-align: center; padding: .1rem .2rem; min-width: 1.6rem }
.matrix > thead th { vertical-align: bottom }
.matrix > thead { position: sticky; top: 0; z-index: 2 }
.matrix > thead span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 16rem }
.matrix > tbody > tr > th { position: sticky; left: 0; background: #f3f5f7; z-index: 1 }
.none { color: #c3c9d0 }
.seen { background: #fdf1d3 }
.bad { background: #ffd9d6; color: #8f1510 }
.good { color: #14692e }
p.bad, p.good { font-size: 1.3rem; display: inline-block; padding: .2rem .6rem; margin: 0 }
summary { cursor: pointer; list-style: none }
.matrix details > div { position: fixed; left: 2rem; right: 2rem; bottom: 0; max-height: 45vh; overflow: auto; background: #fff;
  color: #1b1f24; text-align: left; padding: 1rem; box-shadow: 0 -2px 16px #0004; z-index: 3 }
.matrix details[open] > summary { outline: 2px solid #1f6feb }
.matrix details td { text-align: left; padding: .2rem .5rem; word-break: break-word }
`
