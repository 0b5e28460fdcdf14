/** How the page looks, light and dark. The colours `s0`… are those of `looks.ts`. */
export const styles = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --muted: #4d5761; --axis: #8a939c; --grid: #e4e7eb; --panel: #f4f6f8;
  --baseline: #6f7780; --good: #00714f; --bad: #b3261e;
  --s0: #0072b2; --s1: #d1560a; --s2: #008a65; --s3: #b5568f; --s4: #9a7200; --s5: #2b8fc7; --s6: #5b4bb5; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e8ebee; --muted: #b3bcc5; --axis: #717b85; --grid: #2b3239; --panel: #1d232a;
  --baseline: #98a2ac; --good: #4fd0a4; --bad: #ff9389;
  --s0: #4fa8e3; --s1: #ff8d42; --s2: #2fc79a; --s3: #e592c3; --s4: #e3b23c; --s5: #8fd0f5; --s6: #aa9bff; } }
body { margin: 0 auto; max-width: 940px; padding: 24px 20px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 44px 0 4px; }
a { color: var(--s0); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 16px 0; padding: 12px 16px; background: var(--panel); border-radius: 6px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, monospace; }
nav ul { columns: 2; margin: 0; padding-left: 18px; }
.note { color: var(--muted); margin: 4px 0 8px; }
.chart { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 10px 0 2px; padding: 0; font-size: 13px; }
.swatch { width: 34px; height: 12px; vertical-align: -1px; fill: none; }
.scroll { overflow-x: auto; }
.timeline { display: grid; grid-template-columns: max-content minmax(0, 1fr); }
.timeline ol { list-style: none; margin: 0; padding: var(--top) 10px 0 0; font-size: 13px; max-width: 180px; }
.timeline li { height: var(--lane); line-height: var(--lane); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
details { margin: 6px 0; }
summary { cursor: pointer; color: var(--muted); }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; margin: 8px 0; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--grid); text-align: right; white-space: nowrap; }
th { font-weight: 600; }
th:first-child, [data-text] { text-align: left; }
td[data-text], tbody th { white-space: normal; }
thead th { border-bottom-color: var(--axis); vertical-align: bottom; }
th small { color: var(--muted); font-weight: 400; }
td.baseline, th.baseline, td.bound, th.bound { background: var(--panel); }
td.bound { font-style: italic; }
.reached { color: var(--good); }
.missed { color: var(--bad); }
.unmeasured { color: var(--muted); }
@media print { .scroll { overflow: visible; } section { break-inside: avoid; } }
`;
