// SPDX-License-Identifier: MIT
// Boards that this browser keeps on top.
import {el} from './dom.js';
import {follow_boards} from './events.js';
import {keep, kept} from './list_tools.js';
import {state_of} from './states.js';

const key = 'boardgate-pinned';

function pins() {
    return (kept(key) || '').split(' ').filter(Boolean);
}

export function is_pinned(id) {
    return pins().includes(id);
}

export function pin(id, yes) {
    keep(key, [...pins().filter((other) => other !== id), ...(yes ? [id] : [])].join(' '));
}

/// A link to each, with its state; nothing is asked while there are none.
export function pinned_boards() {
    const links = new Map();
    const list = el('div.pinned-list');
    const element = el('nav.pinned', {'aria-label': 'Pinned boards', hidden: true}, el('span.hint', {}, 'Pinned '), list);
    function put({id, url, title, logdir, state}) {
        if (!is_pinned(id)) return;
        const link = links.get(id) || el('a.button', {href: url}, el('span.board-state'), el('span'));
        links.set(id, link);
        const {text} = state_of(state);
        link.firstChild.dataset.state = state;
        link.firstChild.textContent = text;
        link.lastChild.textContent = title || logdir;
        if (!link.isConnected) list.append(link);
        element.hidden = false;
    }
    function take(id) {
        links.get(id)?.remove();
        links.delete(id);
        element.hidden = !links.size;
    }
    return {element, stop: pins().length ? follow_boards({board: put, removed: take, connected() {}}) : () => {}};
}
