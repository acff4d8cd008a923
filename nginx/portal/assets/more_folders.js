// SPDX-License-Identifier: MIT
// The further log directories of a board that shows several, with a picker each.
import {el} from './dom.js';
import {folder_picker} from './folder_picker.js';

/// Per board, in addition to its log directory.
export const most_more_folders = 10;

/// Starts with these paths. `paths()` waits until the server has resolved each.
export function more_folders({prefix, values}) {
    const pickers = new Set();
    let made = 0;
    const list = el('div.more-folders');
    const add_button = el('button', {id: `${prefix}-add-folder`, type: 'button', onclick: () => add('').input.focus()}, 'Add a folder');

    function add(value) {
        made += 1;
        const id = `${prefix}-more-logdir-${made}`;
        const picker = folder_picker({id, value, required: false});
        const row = el('div.field', {}, el('label', {for: id}, 'Further log directory'),
            el('div.joined', {}, picker.element, el('button', {type: 'button', onclick: () => {
                row.remove();
                pickers.delete(picker);
                add_button.hidden = false;
                ([...pickers].at(-1)?.input || document.getElementById(`${prefix}-logdir`)).focus();
            }}, 'Remove')), picker.advice);
        pickers.add(picker);
        list.append(row);
        add_button.hidden = pickers.size >= most_more_folders;
        return picker;
    }

    for (const value of values) add(value);
    return {
        element: list,
        add_button,
        /// The row that a refusal is about: it names the path.
        input_of: (text) => [...pickers].find((picker) => picker.path() && text.includes(`"${picker.path()}"`))?.input,
        typed: () => [...pickers].map((picker) => picker.path()).filter(Boolean),
        paths: async () => (await Promise.all([...pickers].map((picker) => picker.settled()))).filter(Boolean),
    };
}
