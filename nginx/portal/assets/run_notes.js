// SPDX-License-Identifier: MIT
// Notes on runs, which the server keeps: a line on the run's row, and a field for the run that is ticked.
import {attempt, call} from './api.js';
import {announce, el} from './dom.js';

const longest = 300;

/// `changed()` runs when there are other notes.
export function run_notes({changed, show_error}) {
    let notes = new Map();  // by path
    let path = null;  // of the run that is ticked
    const field = el('input#note', {type: 'text', maxlength: longest, placeholder: 'Note on this run', 'aria-label': 'Note on this run', autocomplete: 'off'});
    const save = el('button#save-note', {type: 'submit'}, 'Save note');
    const element = el('form.note-form', {hidden: true, onsubmit: (event) => {
        event.preventDefault();
        write(path, field.value.trim());
    }}, field, save);

    async function write(run, text) {
        await attempt(async () => {
            await call('PUT', '/notes', {path: run, text});
            if (text) notes.set(run, text);
            else notes.delete(run);
            announce(text ? 'The note was saved' : 'The note was deleted');
            changed();
        }, show_error, save);
    }

    return {
        element,
        of: (run) => notes.get(run) ?? '',
        /// The field is for one run.
        choose(rows) {
            element.hidden = rows.length !== 1;
            const next = element.hidden ? null : rows[0].path;
            if (next === path) return;
            path = next;
            field.value = notes.get(path) ?? '';
        },
        async load() {
            await attempt(async () => {
                const {answer} = await call('GET', '/notes');
                notes = new Map(answer.notes.map(({path: run, text}) => [run, text]));
                if (path) field.value = notes.get(path) ?? '';
                changed();
            }, show_error);
        },
    };
}
