// SPDX-License-Identifier: MIT
// Curves of one metric of several runs in one small plot.
import {el, svg} from './dom.js';
import {number} from './run_row.js';

const width = 420;
const height = 150;
const left = 64;
const bottom = 18;
const edge = 6;
const inks = 6;

/// The tags that the most of these runs have come first.
export function tags_of(runs) {
    const counts = new Map();
    for (const {curves} of runs) for (const {tag} of curves) counts.set(tag, (counts.get(tag) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([tag]) => tag);
}

/// `runs`: [{name, curves}]; null if none has a curve of `tag` with two points.
export function run_plot(runs, tag) {
    const lines = runs.map(({name, curves}, n) => ({name, ink: n % inks + 1, points: (curves.find((curve) => curve.tag === tag)?.points || []).filter(([, value]) => Number.isFinite(value))}))
        .filter(({points}) => points.length > 1);
    if (!lines.length) return null;
    const steps = lines.flatMap(({points}) => [points[0][0], points.at(-1)[0]]);
    const values = lines.flatMap(({points}) => points.map(([, value]) => value));
    const [from, to, low, high] = [Math.min(...steps), Math.max(...steps), Math.min(...values), Math.max(...values)];
    const x = (step) => left + (step - from) / (to - from || 1) * (width - left - edge);
    const y = (value) => height - bottom - (value - low) / (high - low || 1) * (height - bottom - edge);
    const text = (at, content, more) => svg('text', {x: at[0], y: at[1], ...more}, content);
    const label = `${tag} of ${lines.map(({name, points}) => `${name}, last ${number(points.at(-1)[1])}`).join('; ')}`;
    return el('figure.plot', {},
        svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label},
            svg('path.axis', {d: `M${left} ${edge}V${height - bottom}H${width - edge}`}),
            text([left - 6, edge + 8], number(high), {'text-anchor': 'end'}), text([left - 6, height - bottom], number(low), {'text-anchor': 'end'}),
            text([left, height - 4], from.toLocaleString('en'), {}), text([width - edge, height - 4], `step ${to.toLocaleString('en')}`, {'text-anchor': 'end'}),
            ...lines.map(({ink, points}) => svg(`polyline.line${ink}`, {points: points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}))),
        el('figcaption.hint', {}, ...lines.map(({name, ink, points}) => el(`span.ink${ink}`, {}, `${name} `, el('strong', {}, number(points.at(-1)[1]))))));
}
