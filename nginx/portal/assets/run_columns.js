// SPDX-License-Identifier: MIT
// The order of the runs, and the metrics that are columns: headings on a wide page, a list to choose from on a narrow one.
// This browser keeps the columns, and which end of a metric is the best one.
import {el} from './dom.js';
import {keep, kept} from './list_tools.js';

const most_columns = 4;
const columns_key = 'boardgate-columns';
const best_key = 'boardgate-best';
const low_is_good = /loss|err|mse|mae|perplexity|ppl|nll|wer|cer|fid|regret/i;
/// [name in the API, heading, title, text in the list, and of its reverse]
const of_runs = [
    ['name', 'Name', 'by name', 'By name', null],
    ['newest', 'Written', 'by the time of the last write', 'Newest first', 'Oldest first'],
    ['step', 'Step', 'by the last step', 'Most steps first', null],
    ['bytes', 'Size', 'by size', 'Largest first', null],
];

function kept_json(key, otherwise) {
    try {
        return JSON.parse(kept(key)) ?? otherwise;
    } catch {
        return otherwise;
    }
}

/// Is the lowest value of this metric the best one?
export function is_low_best(tag) {
    const chosen = kept_json(best_key, {})[tag];
    return chosen ? chosen === 'low' : low_is_good.test(tag);
}

function keep_best(tag, low) {
    keep(best_key, JSON.stringify({...kept_json(best_key, {}), [tag]: low ? 'low' : 'high'}));
}

const reversed = (sort) => (sort.startsWith('-') ? sort.slice(1) : `-${sort}`);
const best_sort = (tag, low) => (low ? `-min:${tag}` : `max:${tag}`);

function fill(list, options, choose) {
    if ([...list.options].map(({value}) => value).join('\n') !== options.map(([value]) => value).join('\n'))
        list.replaceChildren(...options.map(([value, text]) => el('option', {value}, text)));
    list.value = choose;
}

/// `sort_by(sort)` and `choose()` run after a choice.
export function run_columns({sort_by, choose}) {
    const before = kept_json(columns_key, []);
    let chosen = Array.isArray(before) ? before.filter((tag) => typeof tag === 'string').slice(-most_columns) : [];
    const list = el('select#sort.narrow', {'aria-label': 'Sort', onchange: () => sort_by(list.value)});
    const boxes = el('div.menu-items.columns');
    const menu = el('details#columns.menu', {onkeydown: (event) => {
        if (event.key === 'Escape') menu.open = false;
    }}, el('summary.button', {}, 'Columns'), boxes);
    const heads = el('div.heads', {role: 'group', 'aria-label': 'Sort'});

    function take_choice() {
        chosen = [...boxes.querySelectorAll('input:checked')].map(({value}) => value).slice(0, most_columns);
        for (const box of boxes.querySelectorAll('input')) box.disabled = !box.checked && chosen.length >= most_columns;
        keep(columns_key, JSON.stringify(chosen));
        choose();
    }

    /// Sorts by `first`; when the list is sorted by it already, the other way round.
    function head(text, title, first, now, other = reversed(first), press = () => {}) {
        const active = now === first || now === other;
        const arrow = !active ? '' : (now === first) === (first !== 'name' && !first.startsWith('-')) ? ' ▾' : ' ▴';
        return el('button.plain', {type: 'button', 'data-sort': first, title: `Sort ${title}`, 'aria-pressed': String(active), onclick: () => {
            const next = now === first ? other : first;
            press(next);
            sort_by(next);
        }}, `${text}${arrow}`);
    }

    function show_heads(now) {
        heads.replaceChildren(
            el('div', {}, ...of_runs.map(([name, text, title]) => head(text, title, name, now))),
            el('div.curves', {}, ...chosen.map((tag) => {
                const low = is_low_best(tag);
                return el('div.curve', {'data-tag': tag}, head(tag, `by the last value of ${tag}`, `value:${tag}`, now),
                    head('best', `by the best value of ${tag}`, best_sort(tag, low), now, best_sort(tag, !low), (next) => keep_best(tag, next.startsWith('-'))));
            })));
    }

    return {
        heads, list, menu,
        tags: () => chosen,
        /// `known`: the tags that runs have; `now`: how they are sorted.
        show(known, now) {
            const tags = [...new Set([...chosen, ...known])];
            const options = [...of_runs.flatMap(([name, , , text, other]) => [[name, text], other && [`-${name}`, other]]).filter(Boolean),
                ...tags.flatMap((tag) => [[`value:${tag}`, `${tag}, highest first`], [`-value:${tag}`, `${tag}, lowest first`],
                    [`max:${tag}`, `${tag}, highest ever first`], [`-min:${tag}`, `${tag}, lowest ever first`]])];
            if (!options.some(([value]) => value === now)) options.push([now, now]);
            fill(list, options, now);
            if ([...boxes.querySelectorAll('input')].map(({value}) => value).join('\n') !== tags.join('\n')) {
                boxes.replaceChildren(el('p.hint', {}, `Up to ${most_columns} metrics`),
                    ...tags.map((tag) => el('label', {}, el('input', {type: 'checkbox', value: tag, checked: chosen.includes(tag), onchange: take_choice}), tag)));
            }
            menu.hidden = !tags.length;
            show_heads(now);
        },
    };
}
