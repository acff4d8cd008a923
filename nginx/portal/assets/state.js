// SPDX-License-Identifier: MIT
// For the page that boardgated writes for a board that does not answer yet (src/boardgated/gate/state_page.cc): follows
// the board's state and log, and loads the board when it is ready.
import {attempt, call, session_ended} from './api.js';
import {announce, el, refresh_times, say, sentence, time} from './dom.js';
import {follow_boards} from './events.js';
import {fill_header} from './header.js';
import {log_pane} from './log_pane.js';
import {remedy_text, wake_button} from './remedy.js';
import {action_texts, reason_of, state_of} from './states.js';

const main = document.querySelector('main[data-board]');
const live = document.getElementById('live');
const id = main.dataset.board;
const state = main.querySelector('.board-state');
const error = el('p.error', {role: 'alert', hidden: true});

const show_error = (text) => say(error, text);

function sleep_button() {
    const button = el('button#sleep', {type: 'button', onclick: () => attempt(() => call('POST', `/boards/${id}/sleep`), show_error, button)}, action_texts.sleep);
    return button;
}

/// The actions that make sense in this state.
function offers(name) {
    const act = {id, done: () => location.reload(), show: show_error};
    const change = name === 'failed' ? JSON.parse(main.dataset.change || 'null') : null;
    const awake = name === 'starting' || name === 'queued';
    const held = main.hasAttribute('data-held');
    return el('div.buttons', {},
        !awake && !held && wake_button('button#wake.primary', {...act, text: name === 'waiting' ? 'Try again' : 'Wake'}),
        change && !held && wake_button('button#wake-changed', {...act, change, text: remedy_text(change)}),
        (awake || name === 'waiting') && sleep_button(),
        el('a.button', {href: `/boards?edit=${id}`}, 'Edit'));
}

function show({state: name, state_since: since, ...told}) {
    const waited = main.dataset.state === name && live.hasChildNodes();
    main.dataset.state = name;
    state.dataset.state = name;
    state.textContent = state_of(name).text;
    // The page has the reason of a hold.
    state.parentElement.replaceChildren(state, el('span', {}, time(since)), el('span', {}, main.hasAttribute('data-held') ? '' : reason_of({state: name, ...told})));
    if (name !== 'failed') main.querySelector('.failure')?.remove();
    // Keep the buttons: one may have the focus.
    if (!waited) live.replaceChildren(offers(name), error);
}

/// The reason for a failure, which may be found after the page was written.
function tell({summary, detail, remedy}) {
    for (const [name, text] of Object.entries({summary, detail, remedy})) main.querySelector(`.failure-${name}`).textContent = sentence(text);
}

function see(board) {
    if (board.id !== id) return;
    // The server answers with the board itself, or with the reason for its failure.
    if (board.state === 'ready' || Boolean(board.held) !== main.hasAttribute('data-held') || (board.state === 'failed' && main.dataset.state !== 'failed')) {
        location.reload();
        return;
    }
    if (board.failure) tell(board.failure);
    if (board.state === main.dataset.state && board.state !== 'waiting' && board.state !== 'queued') return;
    show(board);
    announce(state.textContent);
}

fill_header();
document.body.append(el('div#announcer.unseen', {role: 'status', 'aria-live': 'polite'}));
for (const text of main.querySelectorAll('.failure p')) text.textContent = sentence(text.textContent);
show({state: main.dataset.state, state_since: main.dataset.since, waiting_for: main.dataset.reason});
const title = main.querySelector('h1').textContent;
document.getElementById('log').replaceChildren(el('h2', {}, 'Log'), log_pane({id, name: title}).element);
follow_boards({
    board: see,
    removed: (gone) => { if (gone === id) location.assign('/boards'); },
});
setInterval(refresh_times, 5000);
// The server redirects to the login, and back here after it.
window.addEventListener(session_ended, () => location.reload());
