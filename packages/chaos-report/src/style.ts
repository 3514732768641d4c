import { colours } from './colours.js';

export const style = `
:root { color: ${colours.ink}; font: 15px/1.5 system-ui, 'DejaVu Sans', Verdana, sans-serif; }
body { max-width: 1040px; margin: 0 auto; padding: 32px 20px 80px; background: white; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 44px 0 10px; padding-bottom: 6px; border-bottom: 1px solid ${colours.rule}; }
h3 { font-size: 16px; margin: 32px 0 6px; }
p, dl { margin: 6px 0; }
.faint { color: ${colours.faint}; }
.verdict { display: inline-block; padding: 1px 9px; border-radius: 4px; color: white; font-weight: 600; }
.good { background: ${colours.good}; } .bad { background: ${colours.bad}; } .unsure { background: ${colours.unsure}; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 24px 0; }
.card { border: 1px solid ${colours.rule}; border-radius: 8px; padding: 12px 16px; }
.card b { display: block; font-size: 27px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.card span { color: ${colours.faint}; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid ${colours.rule}; vertical-align: top; }
th { color: ${colours.faint}; font-weight: 600; }
td.number, th.number { text-align: right; }
svg { width: 100%; height: auto; margin: 8px 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 0 40px; }
details { margin-top: 6px; } summary { cursor: pointer; font-weight: 600; }
@media print { h2 { break-after: avoid; } .trial { break-inside: avoid; } }
`;
