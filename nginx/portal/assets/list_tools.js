// SPDX-License-Identifier: MIT
// Above a list: search, filter by state, sort. What was chosen last for sorting is kept in this browser.
import {el} from './dom.js';

/// Browsers may have no store, or none for us.
function kept(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

function keep(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // Then it is the usual order next time.
    }
}

/// Do all words that were typed stand somewhere in the text?
export function has_words(text, typed) {
    const all = text.toLowerCase();
    return typed.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/// How many are shown: "3", or "1 of 3"; nothing when there are none.
export function some_of(shown, all) {
    return shown === all ? String(all || '') : `${shown} of ${all}`;
}

/// `name`: of the list, for what is kept; `states`: [name, text] pairs; `sorts`: name -> [text, comparison]; `changed()` after every choice.
export function list_tools({name: list, states, sorts, changed}) {
    const key = `boardgate-sort-${list}`;
    const search = el('input#search', {type: 'search', placeholder: 'Search', 'aria-label': 'Search', autocomplete: 'off', spellcheck: 'false', oninput: changed});
    const sort = el('select#sort', {'aria-label': 'Sort', onchange: () => {
        keep(key, sort.value);
        changed();
    }}, ...Object.entries(sorts).map(([value, [text]]) => el('option', {value}, text)));
    if (Object.hasOwn(sorts, kept(key) ?? '')) sort.value = kept(key);
    const chosen = new Set();
    const filters = states.map(([name, text]) => {
        const number = el('span.count');
        const button = el('button.filter', {type: 'button', 'data-state': name, 'aria-pressed': 'false', hidden: true, onclick: () => {
            if (!chosen.delete(name)) chosen.add(name);
            button.setAttribute('aria-pressed', String(chosen.has(name)));
            changed();
        }}, `${text} `, number);
        return {name, button, number};
    });

    return {
        element: el('div.tools', {role: 'search'}, el('div.filters', {role: 'group', 'aria-label': 'Only these states'}, ...filters.map(({button}) => button)), search, sort),
        /// `texts`: where the words of the search may stand, all of them somewhere.
        fits(item, texts) {
            if (chosen.size && !chosen.has(item.state)) return false;
            return has_words(texts.join('\n'), search.value);
        },
        order: (a, b) => sorts[sort.value][1](a, b),
        /// Says how many are in each state; what nothing is in is not offered, unless it is chosen.
        count(all) {
            for (const {name, button, number} of filters) {
                const some = all.filter((state) => state === name).length;
                number.textContent = some;
                button.hidden = some === 0 && !chosen.has(name);
            }
        },
    };
}
