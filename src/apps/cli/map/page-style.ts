/** The look of the treemap's page, by day and by night. */
export const pageStyle = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --quiet: #57606a; --line: #fff;
  --light: 82%; --step: -5%; --rich: 55%; font: 15px/1.45 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --text: #e8eaed; --quiet: #9aa3ad;
  --line: #14171a; --light: 26%; --step: 5%; --rich: 38%; } }
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; display: flex; flex-direction: column; background: var(--back);
  color: var(--text); }
header { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; align-items: baseline; padding: .7rem 1rem; }
h1 { font-size: 1.15rem; margin: 0; }
#where, footer { color: var(--quiet); margin: 0; }
header label { margin-left: auto; color: var(--quiet); }
input { font: inherit; color: inherit; background: transparent; border: 1px solid var(--quiet);
  border-radius: 4px; padding: .1rem .4rem; width: 15rem; max-width: 100%; }
main { flex: 1; min-height: 0; display: flex; gap: .6rem; padding: 0 1rem; }
svg { flex: 1; min-width: 0; width: 100%; height: 100%; display: block; }
svg:focus-visible, input:focus-visible { outline: 2px solid #3b82f6; outline-offset: 1px; }
rect { fill: hsl(var(--hue) var(--rich) calc(var(--light) + var(--depth, 0) * var(--step)));
  stroke: var(--line); stroke-width: .8; vector-effect: non-scaling-stroke; cursor: pointer; }
.d1 { --depth: 0; } .d2 { --depth: 1; } .d3 { --depth: 2; } .d4 { --depth: 3; }
.d0 { fill: none; }
rect.found { stroke: #e11d48; stroke-width: 2; }
rect.chosen { stroke: var(--text); stroke-width: 2.5; }
text { fill: var(--text); pointer-events: none; font-family: system-ui, sans-serif; }
aside { width: 21rem; overflow: auto; padding: .2rem 0 1rem; overflow-wrap: anywhere; }
aside h2 { font-size: 1rem; margin: 0 0 .3rem; }
aside dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: 0 0 .8rem; }
aside dt { color: var(--quiet); } aside dd { margin: 0; font-variant-numeric: tabular-nums; }
aside ol { margin: .2rem 0; padding-left: 1.4rem; }
aside button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-decoration: underline; text-align: left; overflow-wrap: anywhere; }
footer { padding: .5rem 1rem; font-size: .85rem; }
@media (max-width: 50rem) { main { flex-direction: column; } aside { width: auto; max-height: 40%; } }
`;
