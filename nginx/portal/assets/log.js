// SPDX-License-Identifier: MIT
// The view of one board's log.
import {attempt, call} from './api.js';
import {el, say, time} from './dom.js';
import {follow_boards} from './events.js';
import {log_pane} from './log_pane.js';
import {state_of} from './states.js';

/// `part`: the board's id in the address.
export function show_log(main, {part: id, go}) {
    document.title = 'Log · boardgate';
    const error = el('p.error', {role: 'alert', hidden: true});
    const state = el('span.board-state');
    const since = el('span');
    const heading = el('h1#log-heading', {}, 'Log');
    const open = el('a.button', {href: `/b/${id}/`, hidden: true}, 'Open');
    const place = el('div.log-place');
    let pane = null;
    let left = false;

    function show(board) {
        if (board.id !== id) return;
        state.dataset.state = board.state;
        state.textContent = state_of(board.state).text;
        since.replaceChildren(time(board.state_since));
    }

    main.replaceChildren(el('section.card.log-view', {'aria-labelledby': 'log-heading'},
        el('div.list-head', {}, heading, el('p.state-line', {}, state, since), open), error, place));
    attempt(async () => {
        const {answer} = await call('GET', `/boards/${id}`);
        if (left) return;
        heading.textContent = `Log of ${answer.title}`;
        document.title = `${heading.textContent} · boardgate`;
        show(answer);
        open.hidden = false;
        pane = log_pane({id, name: answer.title});
        place.append(pane.element);
    }, (text) => say(error, text));
    const stop = follow_boards({board: show, removed: (gone) => { if (gone === id) go('/'); }});
    return () => {
        left = true;
        stop();
        pane?.stop();
    };
}
