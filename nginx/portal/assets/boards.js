// SPDX-License-Identifier: MIT
// My boards: the form for a new one and the list, kept true by the event stream.
import {board_card} from './board_card.js';
import {announce, el, refresh_times, say} from './dom.js';
import {follow_boards} from './events.js';
import {new_board_form} from './new_board.js';

const refresh_every = 15000;

/// Asks once more; `yes` runs when the person means it.
function confirmation() {
    const text = el('p');
    let yes = null;
    const dialog = el('dialog.card#confirm', {'aria-labelledby': 'confirm-heading', onclose: () => {
        if (dialog.returnValue === 'delete') yes();
    }},
    el('form', {method: 'dialog'},
        el('h2#confirm-heading', {}, 'Delete this board?'), text,
        el('p.quiet', {}, 'Its address stops working. Your event files stay as they are.'),
        el('div.buttons', {},
            el('button#confirm-delete.danger', {value: 'delete'}, 'Delete'),
            el('button#confirm-keep', {value: 'keep', autofocus: true}, 'Keep it'))));
    return {
        element: dialog,
        ask(board, then) {
            yes = then;
            dialog.returnValue = '';
            text.textContent = `${board.title} · ${board.logdir}`;
            dialog.showModal();
        },
    };
}

/// `wanted`: the parameters of the address.
export function show_boards(main, {wanted}) {
    document.title = 'My boards · boardgate';
    const cards = new Map();
    let seen = new Set();
    const count = el('span.count');
    const list = el('ul#boards');
    const empty = el('p#no-boards.quiet', {hidden: true},
        'No boards yet. Name a log directory above: the board gets an address that works from then on, and sleeps when nobody looks.');
    const broken = el('p.notice#disconnected', {role: 'status', hidden: true});
    const dialog = confirmation();
    const form = new_board_form({wanted, made(board) {
        put(board);
        announce(`${board.title} was made`);
        cards.get(board.id).focus();
        if (wanted.has('new')) history.replaceState(null, '', '/');
    }});

    function recount() {
        count.textContent = cards.size ? String(cards.size) : '';
        empty.hidden = cards.size > 0;
    }

    function put(board) {
        seen.add(board.id);
        const card = cards.get(board.id);
        if (card) return card.update(board);
        const made = board_card(board, {confirm: dialog.ask, changed: put, removed: take});
        cards.set(board.id, made);
        // Newest first; later events never move a card that somebody is about to press.
        const below = [...cards.values()].filter((other) => other !== made && other.board().created <= board.created)
            .sort((a, b) => (a.board().created < b.board().created ? 1 : -1))[0];
        list.insertBefore(made.element, below ? below.element : null);
        return recount();
    }

    function take(id) {
        const card = cards.get(id);
        if (!card) return;
        const focused = card.element.contains(document.activeElement);
        const next = card.element.nextElementSibling || card.element.previousElementSibling;
        card.element.remove();
        cards.delete(id);
        recount();
        announce(`${card.board().title} was deleted`);
        if (focused) (next ? cards.get(next.dataset.id) : form).focus();
    }

    main.replaceChildren(
        el('h1.unseen', {}, 'boardgate'),
        broken,
        form.element,
        el('section', {'aria-labelledby': 'boards-heading'}, el('h2#boards-heading', {}, 'My boards ', count), empty, list),
        dialog.element);

    const stop = follow_boards({
        board: put,
        removed: take,
        synced() {
            // What went while nobody listened.
            for (const id of [...cards.keys()]) if (!seen.has(id)) take(id);
            seen = new Set();
            recount();
        },
        connected(yes) {
            if (!yes) seen = new Set();
            say(broken, yes ? '' : 'The connection broke off. States may be old; connecting again…');
        },
    });
    const timer = setInterval(refresh_times, refresh_every);
    if (wanted.has('new')) form.focus();
    return () => {
        stop();
        clearInterval(timer);
    };
}
