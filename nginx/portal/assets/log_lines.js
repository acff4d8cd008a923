// SPDX-License-Identifier: MIT
// A line of a log as elements: with the colours of its escape sequences (ECMA-48, SGR), otherwise of its level, and
// with the matches of a search marked.
import {el} from './dom.js';

// Control sequences: those that end in m set colours, the others move a cursor and are dropped.
// eslint-disable-next-line no-control-regex
const sequence = /\x1b\[([0-9;]*)([A-Za-z])|\x1b[^[]?|[\x00-\x08\x0b-\x1f]/g;

/// The start of a line of each level: absl, Python's logging, Rust's env_logger.
const levels = [
    ['error', /^(\[?(\d{4}-\S+\s+(\d\d:\S+\s+)?)?(ERROR|CRITICAL|FATAL)\b|[EF]\d{4} |Traceback|\w+(Error|Exception): )/],
    ['warning', /^(\[?(\d{4}-\S+\s+(\d\d:\S+\s+)?)?WARN(ING)?\b|W\d{4} |\S+Warning: )/],
    ['quiet', /^(\[?(\d{4}-\S+\s+(\d\d:\S+\s+)?)?(DEBUG|TRACE)\b|I\d{4} )/],
];

export function level_of(text) {
    return levels.find(([, begin]) => begin.test(text))?.[0] || '';
}

/// [{text, classes}] of a line, with classes of style.css.
export function pieces(line) {
    const all = [];
    let classes = [];
    let from = 0;
    const add = (text) => { if (text) all.push({text, classes: classes.join(' ')}); };
    for (const found of line.matchAll(sequence)) {
        add(line.slice(from, found.index));
        from = found.index + found[0].length;
        if (found[2] !== 'm') continue;
        const codes = found[1].split(';').map(Number);
        for (let at = 0; at < codes.length; at += 1) {
            const code = codes[at];
            // A colour out of 256 or more: ignored.
            if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
            else if (code === 0) classes = [];
            else if (code === 1) classes = [...classes, 'bold'];
            else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) classes = [...classes.filter((name) => !name.startsWith('ink')), `ink${code % 10}`];
            else if (code === 39) classes = classes.filter((name) => !name.startsWith('ink'));
            else if (code === 22) classes = classes.filter((name) => name !== 'bold');
        }
    }
    add(line.slice(from));
    return all;
}

export function plain(line) {
    return pieces(line).map(({text}) => text).join('');
}

/// The line, with the matches of `wanted` (lower case, may be empty) marked.
export function line_element(line, wanted) {
    const parts = pieces(line);
    const text = parts.map((piece) => piece.text).join('');
    const element = el('div.line');
    const level = level_of(text);
    if (level) element.classList.add(`level-${level}`);
    if (wanted) {
        // A match replaces colours: it may span several.
        const low = text.toLowerCase();
        let from = 0;
        for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
            element.append(text.slice(from, at), el('mark', {}, text.slice(at, at + wanted.length)));
            from = at + wanted.length;
        }
        element.append(`${text.slice(from)}\n`);
    } else {
        for (const {text: part, classes} of parts) element.append(classes ? el('span', {class: classes}, part) : part);
        element.append('\n');
    }
    return element;
}
