// SPDX-License-Identifier: MIT
// Small curves without axes; the text beside a curve has the number.
import {svg} from './dom.js';

const width = 96;
const height = 24;
const edge = 1.5;

/// The points of a curve between the bounds `from` and `to`, by default those of the values.
function outline(values, from, to) {
    const low = from ?? Math.min(...values);
    const high = Math.max(to ?? low, ...values);
    const range = high - low || 1;
    const step = values.length > 1 ? (width - 2 * edge) / (values.length - 1) : 0;
    return values.map((value, n) => `${(edge + n * step).toFixed(1)},${(height - edge - (value - low) / range * (height - 2 * edge)).toFixed(1)}`).join(' ');
}

/// Hidden from screen readers, which read the text beside it.
export function spark(values = [], bounds = {}) {
    const line = svg('polyline');
    const element = svg('svg.spark', {viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true', focusable: 'false', preserveAspectRatio: 'none'}, line);
    function draw(next) {
        const known = next.filter((value) => Number.isFinite(value));
        line.setAttribute('points', known.length > 1 ? outline(known, bounds.from, bounds.to) : '');
        element.toggleAttribute('hidden', known.length < 2);
    }
    draw(values);
    return {element, draw};
}
