// SPDX-License-Identifier: MIT
// One row of the runs: a run, or a folder that stands for its runs. The element stays while the run changes.
import {bytes, count, el, time} from './dom.js';
import {is_low_best} from './run_columns.js';
import {spark} from './spark.js';

export function number(value) {
    return Number.isFinite(value) ? Number(value.toPrecision(4)).toLocaleString('en', {maximumSignificantDigits: 4}) : 'no number';
}

/// The last value, the best one in a column, lowest and highest in its title, and the curve. `curve` may be missing: the run has
/// no such tag.
function cell(tag, curve, column = false) {
    if (!curve) return el('div.curve', {'data-tag': tag}, el('span.hint', {}, `${tag} `, el('span.value', {}, '–')));
    const values = curve.points.map(([, value]) => value).filter(Number.isFinite);
    // The last point unfiltered: people want to see a loss that became NaN.
    const last = number(curve.points.at(-1)?.[1]);
    return el('div.curve', {'data-tag': tag, title: `${tag}: ${last}; lowest ${number(curve.min)}, highest ${number(curve.max)}`}, spark(values).element,
        el('span.hint', {}, `${tag} `, el('span.value', {}, last, column && el('span.hint', {}, ` best ${number(is_low_best(tag) ? curve.min : curve.max)}`))));
}

function facts(run) {
    return [
        run.writing ? el('span.tag.writing', {}, 'Being written') : null,
        el('span', {}, run.newest ? time(run.newest) : ''),
        run.read ? run.step !== null && el('span', {}, `step ${(run.step_text ? BigInt(run.step_text) : run.step).toLocaleString('en')}`) : !run.early && el('span', {}, 'not read yet'),
        el('span', {}, bytes(run.bytes)),
        run.parts > 0 && el('span', {}, count(run.parts, 'part')),
        run.parts === 0 && run.event_files > 1 && el('span', {}, count(run.event_files, 'event file')),
    ].filter(Boolean);
}

function open_title(row, is_going) {
    return row.board && !is_going(row.board) ? 'A board shows it' : 'Makes a board of it';
}

/// `open(row, button)`, `ticked()` after a change of the tick, `toggle(item)` of a folder; `columns()` are the chosen
/// tags, `note(path)` is what the person wrote about a run.
export function run_row(first, {open, ticked, toggle, columns, is_going, note}) {
    let row = first;
    const name = el('div.run-name', {title: row.path});
    const curves = el('div.curves');
    const open_button = el('button.run-open', {type: 'button', onclick: (event) => open(row, event.currentTarget)}, 'Open');
    const folder = row.kind === 'folder';
    const tick = folder ? null : el('input', {type: 'checkbox', 'aria-label': `Compare ${row.name}`, onchange: ticked});
    const arrow = folder ? el('button.plain.fold', {type: 'button', 'aria-label': `Runs in ${row.name}`, onclick: () => toggle(item)}) : null;
    const element = el(folder ? 'li.folder' : 'li.run', {'data-path': row.path}, folder ? arrow : tick, name, curves, open_button);

    function show() {
        const slash = row.name.lastIndexOf('/') + 1;
        element.dataset.depth = Math.min(row.depth, 4);
        open_button.title = open_title(row, is_going);
        open_button.setAttribute('aria-label', `Open ${row.name}`);
        const line = [el('span.quiet', {}, row.name.slice(0, slash)), el('strong', {}, row.name.slice(slash) || row.name)];
        if (folder) {
            name.replaceChildren(...line, el('p.facts.listed', {}, row.writing ? el('span.tag.writing', {}, 'Being written') : null,
                el('span.count', {}, count(row.runs, 'run')), el('span', {}, row.newest ? time(row.newest) : ''), el('span', {}, bytes(row.bytes))));
            return;
        }
        const written = note(row.path);
        name.replaceChildren(...line, el('p.facts.listed', {}, ...facts(row)),
            written ? el('p.note', {}, written) : '',
            row.damage ? el('p.error.facts', {title: row.damage.file}, `Damaged at byte ${row.damage.byte.toLocaleString('en')}: TensorBoard shows nothing behind it.`) : '');
        const chosen = columns();
        curves.replaceChildren(...(chosen.length ? chosen.map((tag) => cell(tag, row.curves.find((curve) => curve.tag === tag), true)) : row.curves.map((curve) => cell(curve.tag, curve))));
    }

    function set_open(yes) {
        element.dataset.open = yes;
        arrow.setAttribute('aria-expanded', String(yes));
        arrow.textContent = yes ? '▾' : '▸';
    }

    const item = {
        element, tick,
        row: () => row,
        is_open: () => element.dataset.open === 'true',
        set_open,
        update(next) {
            const same = JSON.stringify(next) === JSON.stringify(row);
            row = next;
            if (!same) show();
        },
        show,
    };
    show();
    if (folder) set_open(row.open);
    return item;
}
