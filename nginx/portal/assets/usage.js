// SPDX-License-Identifier: MIT
// Memory and CPU of a board over the last minutes, as a small curve each. The samples live as long as the page, so
// that a view can show them again.
import {bytes, el} from './dom.js';
import {spark} from './spark.js';

export const sample_every = 5000;
const most_samples = 60;
const seen = new Map();  // id -> [{at, memory, cpu}]: `cpu` is the share of one processor since the sample before

/// Call it every `sample_every`: the server sends only changes.
export function take_sample(board) {
    if (board.state !== 'ready' || board.memory === null || board.memory === undefined) {
        seen.delete(board.id);
        return;
    }
    const samples = seen.get(board.id) || [];
    const before = samples.at(-1);
    const at = performance.now();
    const cpu = before && board.cpu_seconds >= before.seconds ? (board.cpu_seconds - before.seconds) / ((at - before.at) / 1000) : NaN;
    samples.push({at, memory: board.memory, seconds: board.cpu_seconds, cpu});
    if (samples.length > most_samples) samples.shift();
    seen.set(board.id, samples);
}

export function usage_pictures() {
    const memory = {text: el('span'), picture: spark([], {from: 0})};
    const cpu = {text: el('span'), picture: spark([], {from: 0, to: 0.2})};
    const one = (name, {text, picture}) => el('div.usage-one', {}, picture.element, el('span.hint', {}, `${name} `, text));
    const element = el('div.usage', {hidden: true}, one('Memory', memory), one('CPU', cpu));
    return {
        element,
        show(board) {
            element.hidden = board.state !== 'ready' || board.memory === null || board.memory === undefined;
            if (element.hidden) return;
            const samples = seen.get(board.id) || [];
            memory.text.textContent = bytes(board.memory);
            memory.picture.draw(samples.map((sample) => sample.memory));
            const shares = samples.map((sample) => sample.cpu).filter(Number.isFinite);
            cpu.text.textContent = shares.length ? `${Math.round(shares.at(-1) * 100)} %` : '…';
            cpu.picture.draw(shares);
        },
    };
}
