// SPDX-License-Identifier: MIT
// The tools above a list: search, filter by state, sort. This browser keeps the last sort order.
import {el} from './dom.js';

/// A browser may have no local storage, or refuse it.
export function kept(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

export function keep(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // The list then starts with the default order next time.
    }
}

/// Whether the text contains all words of the search.
export function has_words(text, typed) {
    const all = text.toLowerCase();
    return typed.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/// The number shown: "3", or "1 of 3"; empty if there are none.
export function some_of(shown, all) {
    const text = (number) => number.toLocaleString('en');
    return shown === all ? (all ? text(all) : '') : `${text(shown)} of ${text(all)}`;
}

/// `name`: of the list, for local storage; `states`: [name, text] pairs; `sorts`: name -> [text, comparison];
/// `changed()` runs after every choice.
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
        /// `texts`: the texts to search; each word must occur in one of them.
        fits(item, texts) {
            if (chosen.size && !chosen.has(item.state)) return false;
            return has_words(texts.join('\n'), search.value);
        },
        /// For a list that the server sorts and searches: one state, or all.
        wanted: () => ({sort: sort.value, query: search.value.trim(), state: chosen.size === 1 ? [...chosen][0] : ''}),
        order: (a, b) => sorts[sort.value][1](a, b),
        /// Shows the number of boards in each state; hides the empty states, unless chosen.
        count(all) {
            for (const {name, button, number} of filters) {
                const some = all.filter((state) => state === name).length;
                number.textContent = some;
                button.hidden = some === 0 && !chosen.has(name);
            }
        },
    };
}
