'use strict'

// The one style sheet of the page.

const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fff; --ink: #1c2024; --soft: #5b6470; --line: #dfe3e8; --tint: #f5f7f9;
  --studio: #1d5fb8; --studio-tint: #e6effb;
  --platform: #8a5200; --platform-tint: #fbf0dc;
  --both: #b01c4e; --both-tint: #fce7ee;
  --good: #14713d; --same: #aab3bd;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --ink: #e6e9ec; --soft: #a0a9b3; --line: #31373d; --tint: #1d2125;
    --studio: #7fb3f5; --studio-tint: #16283f;
    --platform: #e0ab5c; --platform-tint: #33260f;
    --both: #f58aae; --both-tint: #3d1826;
    --good: #6cc78f; --same: #59626b;
  }
}
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 70rem;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, h4, p, dl, dd, figure, ul { margin: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3.5rem 0 1rem; }
h3 { font-size: 1rem; line-height: 1.4; margin: 2rem 0 .6rem; color: var(--soft); font-weight: 600; }
h4 { font-size: 1rem; display: inline; }
a { color: inherit; text-decoration-color: var(--same); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 3px solid var(--studio); outline-offset: 2px; border-radius: 3px; }
.lead { font-size: 1.15rem; margin-top: .8rem; max-width: 46rem; }
.soft, figcaption, caption { color: var(--soft); }
.small { font-size: .875rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; padding: 0; margin-top: 1.5rem; list-style: none; font-size: .9rem; }
code, .value { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code, bdi, .value { overflow-wrap: break-word; unicode-bidi: isolate; }
.value, .aside code { overflow-wrap: anywhere; }
.value { white-space: pre-wrap; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1.2rem 1.5rem; margin-top: 1.5rem; }
.facts dt { font-size: .85rem; color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.counts { grid-template-columns: repeat(auto-fill, minmax(6.8rem, 1fr)); gap: 1.2rem 1rem; }
.counts div { display: flex; flex-direction: column; justify-content: space-between; }
.moves th[scope=row] { min-width: 11rem; }
.counts dd { font-size: 1.7rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; }
.counts .none { color: var(--soft); font-weight: 400; }
figure { margin-top: 2rem; }
svg { display: block; }
.picture { height: 1.5rem; border-radius: 4px; overflow: hidden; }
.fill-studio { fill: var(--studio); } .fill-both { fill: var(--both); } .fill-platform { fill: var(--platform); } .fill-same { fill: var(--line); }
.fill-good { fill: var(--good); } .fill-soft { fill: var(--same); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; padding: 0; margin-top: .7rem; list-style: none; font-size: .9rem; }
.legend svg { display: inline-block; vertical-align: -.05em; margin-right: .45em; }
.wide { overflow-x: auto; position: relative; }
h3 + .wide table { margin-top: 0; }
table + p, .wide + p { margin-top: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; margin-top: .8rem; }
caption { text-align: left; font-size: .875rem; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: .85rem; font-weight: 600; color: var(--soft); vertical-align: bottom; }
tbody th { font-weight: inherit; }
td:last-child, th:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.nowrap { white-space: nowrap; }
.bar { width: 22%; min-width: 6rem; padding-top: .85rem; }
.bar svg { height: .7rem; overflow: visible; }
.time .bar { width: 46%; min-width: 14rem; }
.time .within th { padding-left: 1.2rem; }
.time .within { padding: 0; }
.axis { height: 1.1rem; overflow: visible; }
.axis text { fill: var(--soft); font-size: .78rem; font-weight: 400; }
.group th { padding-top: 1rem; font-weight: 600; border-top: 0; }
.group .soft { font-weight: 400; }
.sent th[scope=row], .sent td { width: 34%; overflow-wrap: anywhere; }
.sent td:nth-child(2) { width: 50%; }
.sent td:last-child { width: 16%; }
.sent code { overflow-wrap: inherit; }
.sides th[scope=row] { padding-left: 1rem; width: 21%; color: var(--soft); }
.sides td { width: 20%; padding: .45rem .6rem; }
.sides td.who { width: 19%; padding-right: 0; }
.sides thead th:not(:first-child) { padding-left: .6rem; }
td.studio { background: var(--studio-tint); } td.platform { background: var(--platform-tint); } td.both { background: var(--both-tint); }
.sides td + td { box-shadow: inset 3px 0 var(--ground); }
.by-studio { color: var(--studio); } .by-platform { color: var(--platform); } .by-both { color: var(--both); } .good { color: var(--good); }
.by-studio, .by-platform, .by-both, .good { font-weight: 600; }
ins { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: .2em; font-weight: 600; }
del { text-decoration: line-through; color: var(--soft); }
.aside { display: block; font-size: .85rem; font-weight: 400; color: var(--soft); }
details { border-top: 1px solid var(--line); }
details:last-of-type { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .7rem 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .9rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "▸"; color: var(--soft); width: .9rem; flex: none; }
details[open] > summary::before { content: "▾"; }
summary:hover { background: var(--tint); }
.within { padding: 0 0 1.6rem 1.8rem; }
.within details { border: 0; margin-top: .8rem; }
.within details > summary { padding: .3rem 0; color: var(--soft); }
.sign { display: inline-block; width: 1.1em; font-weight: 700; font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.badge { font-size: .8rem; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6em; white-space: nowrap; }
.push { margin-left: auto; }
.notes { padding: 0; margin-top: .6rem; list-style: none; }
.notes li { padding: .35rem 0; }
.notice { border-left: 4px solid var(--both); padding: .2rem 0 .2rem 1rem; margin-top: 1.5rem; max-width: 46rem; }
.graph { position: relative; padding: 0; border-top: 0; height: 1px; }
.graph svg { position: absolute; inset: 0; height: 100%; overflow: visible; }
.graph line { stroke: var(--same); stroke-width: 2; }
.graph circle { fill: var(--ground); stroke: var(--studio); stroke-width: 3; }
.graph .merge { fill: var(--studio); }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media screen and (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .within { padding-left: 0; }
  .push { margin-left: 0; }
  .wide table { min-width: 36rem; }
  .wide .sides { min-width: 44rem; }
}
@media print {
  :root { color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  h2 { margin-top: 1.5rem; break-after: avoid; }
  h3, h4, summary, thead, .group { break-after: avoid; }
  tr, figure, .counts, .facts div { break-inside: avoid; }
  .wide { overflow: visible; }
  nav, summary::before { display: none; }
  details::details-content { content-visibility: visible; display: block; }
  .fold::details-content { content-visibility: hidden; display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`

module.exports = { STYLE }
