const light = `
--page: #ffffff; --card: #f5f7fa; --ink: #17202b; --quiet: #51606f; --line: #d3dae2; --grid: #e3e8ee; --link: #0b57b0;
--blue: #1565c0; --green: #2a8a3e; --nobody: #7a4fb5; --set: #17202b;
--good: #146c2e; --good-back: #e1f3e6; --bad: #b3151d; --bad-back: #fde5e5; --open: #7a5200; --open-back: #fff1cf;
--focus: #b4009e; --target: #fff4b8;`;

const dark = `
--page: #11161d; --card: #1a222c; --ink: #e7edf4; --quiet: #a7b4c2; --line: #34404d; --grid: #27313c; --link: #8ac0ff;
--blue: #6db3ff; --green: #58cc78; --nobody: #c4a0ff; --set: #f3f6fa;
--good: #7fe09a; --good-back: #12321d; --bad: #ff9c9c; --bad-back: #431a1d; --open: #ffd36e; --open-back: #3a2c08;
--focus: #ff8bf0; --target: #4b4310;`;

/** The page's whole style: light and dark as the reader's system has it, from a phone's width on, and on paper. */
export const style = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); background: var(--page); max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem }
h2 { font-size: 1.45rem; line-height: 1.3; margin: 0 0 .2rem; display: flex; flex-wrap: wrap; gap: .3rem .7rem; align-items: center }
h3 { font-size: 1.1rem; margin: 2rem 0 .6rem }
h4 { font-size: 1rem; margin: 1.2rem 0 0; display: flex; gap: .6rem; flex-wrap: wrap }
p { margin: .3rem 0 .7rem }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -999rem; top: 0; padding: .6rem 1rem; background: var(--page); z-index: 9 }
.skip:focus { left: .5rem }
main:focus { outline: none }
.quiet { color: var(--quiet); font-size: .93rem; overflow-wrap: anywhere }
.promise { font-size: 1.1rem; max-width: 60ch }
.scenario { border-top: 2px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem }
.note { background: var(--open-back); color: var(--open); padding: .6rem .8rem; border-radius: 6px }
.badge { display: inline-block; font-size: .85rem; line-height: 1; font-weight: 700; padding: .35em .6em; border-radius: 99px; white-space: nowrap }
.badge.kept { color: var(--good); background: var(--good-back) }
.badge.broken { color: var(--bad); background: var(--bad-back); box-shadow: inset 0 0 0 1.5px var(--bad) }
.badge.cannot-tell { color: var(--open); background: var(--open-back) }
.verdict { white-space: nowrap; font-weight: 600 }
.verdict.pass { color: var(--good) } .verdict.fail { color: var(--bad) } .verdict.inconclusive { color: var(--open) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.9rem, 1fr)); gap: .6rem; margin: 1rem 0 }
.figures div { background: var(--card); border-radius: 8px; padding: .55rem .7rem }
dt { color: var(--quiet); font-size: .85rem } .figures dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap } .figures small { display: block; font-weight: 400; font-size: .85rem; color: var(--quiet) }
.legend { margin: .8rem 0 } .legend dl { margin: .5rem 0; display: grid; gap: .1rem 1rem; grid-template-columns: minmax(7rem, max-content) 1fr } .legend dd { margin: 0 }
summary { cursor: pointer; padding: .3rem 0; color: var(--link) }
.scroll { overflow-x: auto; position: relative }
table { border-collapse: collapse; width: 100%; font-size: .93rem }
caption { text-align: left; color: var(--quiet); font-size: .85rem; padding: .2rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400 }
thead th { color: var(--quiet); font-size: .85rem; white-space: nowrap }
tbody th { font-weight: 600 }
.promises tbody th { width: 34% } .promises td:first-child { width: 1%; white-space: nowrap } .promises td, .promises tbody th, .records td { overflow-wrap: break-word }
.promises tr.broken > * { background: var(--bad-back) }
.promises tr.cannot-tell > * { background: var(--open-back) }
.promises tr:not(.kept) > td:first-child { padding-left: .4rem }
.overview td, .numbers td, .numbers th { white-space: nowrap; font-variant-numeric: tabular-nums } .numbers td { text-align: right } .numbers thead th { white-space: normal; min-width: 4.5rem; text-align: right }
.numbers { max-height: 24rem; overflow-y: auto }
.evidence th, .evidence td { white-space: nowrap } .evidence td:last-child { white-space: normal; min-width: 16rem }
.records th, .records td:nth-child(2), .records td:last-child { white-space: nowrap } .records td:nth-child(3) { min-width: 16rem } .records code { font-size: .8rem }
tr:target > * { background: var(--target) } tr { scroll-margin-top: 4rem }
tr.told td:nth-child(3) { font-weight: 600 }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
.replay { margin: .9rem 0 } .replay code { display: block; background: var(--card); border-radius: 6px; padding: .6rem .7rem; margin-top: .3rem; white-space: pre-wrap; overflow-wrap: anywhere }
.chart { margin: 0 } figcaption { color: var(--quiet); font-size: .93rem; margin-bottom: .8rem; max-width: 75ch }
.panel { margin-top: 1.1rem }
.panel-title { margin: 0; font-size: .93rem } .panel-title span { color: var(--quiet); font-size: .85rem }
.keys { list-style: none; margin: 0 0 .3rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .85rem; color: var(--quiet) }
.swatch { width: 24px; height: 10px; margin-right: .35rem; overflow: visible }
.plot { display: grid; grid-template-columns: 3.6rem 1fr }
.plot .y { position: relative; font-size: .8rem; color: var(--quiet); font-variant-numeric: tabular-nums }
.panel .plot .y span { position: absolute; right: .5rem; transform: translateY(50%) }
.box { position: relative; min-width: 0 }
.box > svg { display: block; width: 100%; height: 100%; position: relative; overflow: visible }
.weight .box { height: 150px } .bad .box { height: 80px } .latency .box { height: 110px } .rate .box { height: 80px }
.box path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round }
.grid { stroke: var(--grid); stroke-width: 1 }
.set { stroke: var(--set); stroke-width: 2.5 } .seen { stroke: var(--green); stroke-width: 2 }
.line-blue { stroke: var(--blue); stroke-width: 2; stroke-dasharray: 5 3 } .line-green { stroke: var(--green); stroke-width: 2.2 } .thin { stroke-width: 1; opacity: .65 }
.box path.fill-blue, .swatch .fill-blue { fill: var(--blue) } .box path.fill-green, .swatch .fill-green { fill: var(--green) } .box path.fill-nobody, .swatch .fill-nobody { fill: var(--nobody) }
.swatch path { fill: none }
.x .box { height: 1.5rem; font-size: .8rem; color: var(--quiet) } .x .box span { position: absolute; top: .25rem; transform: translateX(-50%); font-variant-numeric: tabular-nums } .x .box span.last { transform: translateX(-100%) }
.band { position: absolute; top: 0; bottom: 0; opacity: .75 }
.band.pass { background: var(--good-back) } .band.fill, .band.fail { background: var(--bad-back) } .band.inconclusive { background: var(--open-back) } .band.none { background: var(--card) }
.box > .moment { position: absolute; top: 0; bottom: 0; width: 0; z-index: 1; border-left: 2px solid }
.box > .hurt { border-color: var(--open); border-left-style: dotted } .box > .decided { border-color: var(--bad) } .box > .home { border-color: var(--good); border-left-style: dashed }
.rescues { margin: .8rem 0 0; padding: 0 0 0 1.1rem; font-size: .93rem }
.rescues .moment { display: inline-block; height: 1em; width: 0; border-left: 3px solid; vertical-align: -.12em; margin: 0 .3em 0 .1em } .rescues .hurt { border-color: var(--open); border-left-style: dotted } .rescues .decided { border-color: var(--bad) } .rescues .home { border-color: var(--good); border-left-style: dashed }
.lane { border-top: 1px solid var(--grid) } .lane .y { font-size: .8rem; line-height: 22px }
.lane .box { overflow: visible } .lane ul { list-style: none; margin: 0; padding: 0 }
.lane li { position: absolute; height: 22px }
.mark { display: block; width: 20px; height: 20px; margin: 1px 0 0 -10px; line-height: 20px; text-align: center; font-size: 13px; text-decoration: none; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 4px; overflow: hidden }
.mark:hover, .step:hover { border-color: var(--link) }
.mark.pass { color: var(--good) } .mark.fail { color: var(--bad); border-color: var(--bad) } .mark.inconclusive { color: var(--open) } .mark.rolling-back, .mark.taken-over { color: var(--bad); border-color: var(--bad) }
.steps li { top: 0 } .step { display: block; height: 19px; margin-top: 1px; padding: 0 .2rem; line-height: 18px; font-size: .8rem; text-decoration: none; white-space: nowrap; overflow: hidden; border: 1px solid; border-radius: 4px }
.step.loose { overflow: visible } .step.pass { color: var(--good); background: var(--good-back) } .step.fail { color: var(--bad); background: var(--bad-back) } .step.inconclusive { color: var(--open); background: var(--open-back) } .step.none { color: var(--quiet); background: var(--card) }
.figures-behind { margin-top: .8rem }
@media (max-width: 40rem) {
  body { padding: 1rem .8rem 3rem } h1 { font-size: 1.5rem } h2 { font-size: 1.25rem }
  .figures { grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .4rem } .figures dd { font-size: 1rem }
  .plot { grid-template-columns: 3.2rem 1fr } .minor { display: none }
  .promises table, .promises caption, .promises tbody, .promises tr, .promises th, .promises td { display: block; width: auto } .promises thead { display: none } .promises tr { padding: .5rem 0; border-bottom: 1px solid var(--line) } .promises tr > *, .promises td:first-child, .promises tbody th { border: 0; padding: .1rem .3rem; width: auto }
  .records table, .records caption, .records tbody, .records tr, .evidence table, .evidence caption, .evidence tbody, .evidence tr { display: block } .records thead, .evidence thead { display: none }
  .records tr, .evidence tr { padding: .4rem 0; border-bottom: 1px solid var(--line) } .records tr > *, .evidence tr > * { border: 0; padding: 0 .6rem 0 0; white-space: normal !important; min-width: 0 !important }
  .records td:nth-child(3), .records td:nth-child(4), .evidence td { display: block } .records td:nth-child(4) { color: var(--quiet); font-size: .85rem } .records th, .records td:nth-child(2), .evidence th, .evidence td:nth-child(2) { display: inline-block }
  .evidence td:nth-child(n + 3)::before { color: var(--quiet); content: "value: " } .evidence td:nth-child(4)::before { content: "good is " !important } .evidence td:nth-child(5)::before { content: "samples, of at least: " !important } .evidence td:nth-child(6)::before { content: "looks: " !important } .evidence td:nth-child(7)::before { content: "last look at " !important } .evidence td:nth-child(8)::before { content: "" !important }
  .legend dl { grid-template-columns: 1fr } .legend dd { margin-bottom: .4rem }
}
@media print {
  :root { ${light} }
  body { max-width: none; padding: 0; font-size: 10.5pt } .skip, .figures-behind { display: none }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  .panel, .check, .figures div, tr { break-inside: avoid } h2, h3, h4 { break-after: avoid } .scenario { break-before: page } .scroll, .numbers { overflow: visible; max-height: none }
  table { font-size: 8.5pt } .evidence th, .evidence td, .overview td, .records th, .records td { white-space: normal !important; min-width: 0 !important } thead th { white-space: normal }
  a { color: inherit; text-decoration: none }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth } }
`;
