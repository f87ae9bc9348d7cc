import { markup } from "./markup.ts"

/** How the report looks: light and dark, on a wide screen, a phone and paper. */
export const style = markup`
:root { color-scheme: light dark; --page: light-dark(#fff, #14171a); --text: light-dark(#1b1f24, #e4e8ec);
  --soft: light-dark(#59636e, #9aa5b1); --line: light-dark(#d5d9de, #343b43); --head: light-dark(#f3f5f7, #1e2328);
  --stock: light-dark(#b35900, #f0a04b); --stock-back: light-dark(#fdf1d3, #46320f); --bad: light-dark(#a1160f, #ff9a92);
  --bad-back: light-dark(#ffd9d6, #5c1512); --good: light-dark(#14692e, #6fd08c); --good-back: light-dark(#d7f2de, #12391f);
  --allowed: light-dark(#1d5fa8, #8ec1ff); --allowed-back: light-dark(#dbeafe, #15304f) }
* { box-sizing: border-box }
[hidden] { display: none !important }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0; color: var(--text); background: var(--page) }
main { padding: 1.5rem 2rem 4rem; max-width: 90rem; margin: 0 auto }
.title { color: var(--soft); margin: 0 }
h1 { font-size: 1.5rem; margin: .2rem 0 1rem; padding: .6rem .9rem; border-radius: 6px }
h1.good { background: var(--good-back); color: var(--good) }
h1.bad { background: var(--bad-back); color: var(--bad) }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem }
h4 { font-size: .95rem; margin: 0 }
.bad { color: var(--bad) }
.findings { color: var(--bad) }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .6rem 1.5rem; margin: 1rem 0 }
.facts dt { color: var(--soft); font-size: .85em }
.facts dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse }
.wide { overflow-x: auto }
.list { margin: 0 0 1rem }
.list th, .list td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; font-weight: normal; vertical-align: top }
.list thead th { background: var(--head) }
.list code { font-size: .85em; white-space: nowrap }
.reasons { table-layout: fixed; width: 100%; overflow-wrap: anywhere }
form { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; margin: .5rem 0 }
input[type=search] { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 4px;
  padding: .2rem .5rem; width: 13rem }
fieldset { border: 0; padding: 0; margin: 0; display: flex; gap: .8rem }
legend { float: left; margin-right: .6rem; color: var(--soft) }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; color: var(--soft); margin: .6rem 0 }
.mark { display: inline-block; min-width: 1.35rem; height: 1.15rem; line-height: 1.15rem; padding: 0 .2rem; border-radius: 3px;
  font-size: 11px; font-weight: 600; text-align: center; vertical-align: middle }
.mark.stock { background: var(--stock-back); color: var(--stock) }
.mark.bad { background: var(--bad-back); color: var(--bad) }
.mark.allowed { background: var(--allowed-back); color: var(--allowed) }
.mark.unknown { background: var(--head); color: var(--text); border: 1px dashed var(--soft) }
.mark.quiet::before { content: ""; display: inline-block; width: .5rem; height: .5rem; border-radius: 50%;
  border: 2px solid var(--good); vertical-align: baseline }
.matrix th, .matrix td { border: 1px solid var(--line); padding: 0; font-weight: normal }
.matrix .group { background: var(--head); font-size: 12px; padding: .1rem .2rem }
.matrix .column { height: 12rem; vertical-align: bottom; padding: .3rem 0 }
.matrix .column a { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 11.5rem; color: inherit; text-decoration: none;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.matrix .column a:hover { text-decoration: underline }
.matrix tbody th, .matrix thead tr:last-child th:first-child { text-align: left; padding: 0 .5rem; position: sticky; left: 0;
  background: var(--head); vertical-align: middle; max-width: 15rem; overflow-wrap: anywhere }
.matrix td { min-width: 1.6rem; text-align: center }
.matrix tbody tr:hover td { background: var(--head) }
button { font: inherit; color: inherit; background: none; border: 0; padding: 1px; cursor: pointer; border-radius: 3px }
.matrix button { display: flex; flex-direction: column; gap: 1px; align-items: center; width: 100% }
button:hover, button:focus-visible, button.open { outline: 2px solid var(--allowed) }
.narrow { display: none; list-style: none; padding: 0 }
.narrow li { border-bottom: 1px solid var(--line); padding: .5rem 0 }
.narrow button { border: 1px solid var(--line); padding: .15rem .4rem; margin: .15rem 0 }
article { border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; margin: .6rem 0; break-inside: avoid }
article > p { margin: .2rem 0 .5rem; color: var(--soft) }
.result { border-top: 1px solid var(--line); padding: .4rem 0 }
.result p { margin: 0; overflow-wrap: anywhere }
.network { color: var(--soft); border: 1px solid var(--line); border-radius: 3px; padding: 0 .3rem; font-size: .85em }
.detail { color: var(--soft) }
.run { display: grid; grid-template-columns: minmax(0, 16rem) minmax(0, 1fr) 11rem 11rem; gap: .8rem; align-items: center;
  font-size: .9em }
.run code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.run svg { width: 100%; height: 16px }
.run line { stroke-width: 2; vector-effect: non-scaling-stroke; stroke: var(--soft) }
.run line.stock { stroke: var(--stock) }
.run line.bad { stroke: var(--bad) }
.run line.allowed { stroke: var(--allowed) }
a { color: var(--allowed) }
#panel { position: fixed; top: 0; right: 0; bottom: 0; width: min(34rem, 100vw); overflow: auto; padding: 1rem 1.2rem;
  background: var(--page); border-left: 1px solid var(--line); box-shadow: -4px 0 20px #0005; z-index: 5 }
#panel button { float: right; border: 1px solid var(--line); padding: .1rem .6rem }
#panel h2 { margin-top: 0 }
#panel dl { display: grid; grid-template-columns: 6rem 1fr; gap: .1rem .6rem; margin: .5rem 0 1rem; border-top: 1px solid var(--line);
  padding-top: .5rem }
#panel dt { color: var(--soft) }
#panel dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 760px) {
  main { padding: 1rem }
  h1 { font-size: 1.2rem }
  #hosts .wide { display: none }
  .narrow { display: block }
  .run { grid-template-columns: minmax(0, 1fr) auto }
  .run svg { grid-column: 1 / -1 }
  .run code { grid-column: 1 / -1 }
  .reasons thead { display: none }
  .reasons tr { display: block; border: 1px solid var(--line); padding: .4rem .5rem; margin: .4rem 0 }
  .reasons th, .reasons td { display: block; border: 0; padding: .1rem 0 }
  .reasons td { color: var(--soft) }
}
@media print {
  :root { color-scheme: light }
  @page { size: A4 landscape; margin: 10mm }
  body { font-size: 9px; print-color-adjust: exact }
  main { padding: 0 }
  #filter, #panel { display: none !important }
  .wide { overflow: visible }
  .matrix .mark { font-size: 7px; min-width: .9rem; height: .9rem; line-height: .9rem }
  .matrix td { min-width: 1rem }
}
`
