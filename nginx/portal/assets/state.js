// SPDX-License-Identifier: MIT
// On the page that boardgated writes for a board that does not answer yet (src/boardgated/state_page.cc): follows
// the board's state and its log, and turns into the board when it is ready.
import {session_ended} from './api.js';
import {announce, el, refresh_times, say, sentence, time} from './dom.js';
import {follow_boards} from './events.js';
import {log_pane} from './log_pane.js';
import {remedy_text, wake_button} from './remedy.js';
import {state_of} from './states.js';

const main = document.querySelector('main[data-board]');
const live = document.getElementById('live');
const id = main.dataset.board;
const state = main.querySelector('.board-state');
const error = el('p.error', {role: 'alert', hidden: true});

/// What to do about a board that does not start by itself.
function offers() {
    const act = {id, done: () => location.reload(), show: (text) => say(error, text)};
    const change = JSON.parse(main.dataset.change || 'null');
    return el('div.buttons', {},
        wake_button('button#wake.primary', {...act, text: 'Wake it again'}),
        change && wake_button('button#wake-changed', {...act, change, text: remedy_text(change)}),
        el('a.button', {href: `/?edit=${id}`}, 'Change options'));
}

function show(name, since, waiting_for) {
    const {text, hint: usual} = state_of(name);
    main.dataset.state = name;
    state.dataset.state = name;
    state.textContent = text;
    state.parentElement.replaceChildren(state, el('span', {}, time(since)), el('span', {}, waiting_for || usual));
    if (name !== 'failed') main.querySelector('.failure')?.remove();
    const ends_by_itself = name === 'starting' || name === 'waiting';
    live.replaceChildren(...(ends_by_itself ? [error] : [error, offers()]));
}

/// The reason, which may be found after the page was written.
function tell({summary, detail, remedy}) {
    for (const [name, text] of Object.entries({summary, detail, remedy})) main.querySelector(`.failure-${name}`).textContent = sentence(text);
}

function see(board) {
    if (board.id !== id) return;
    // The server writes the page anew: the board itself, or why it failed.
    if (board.state === 'ready' || (board.state === 'failed' && main.dataset.state !== 'failed')) {
        location.reload();
        return;
    }
    if (board.failure) tell(board.failure);
    if (board.state === main.dataset.state && board.state !== 'waiting') return;
    show(board.state, board.state_since, board.waiting_for);
    announce(state.textContent);
}

document.body.append(el('div#announcer.unseen', {role: 'status', 'aria-live': 'polite'}));
for (const text of main.querySelectorAll('.failure p')) text.textContent = sentence(text.textContent);
show(main.dataset.state, main.dataset.since, main.dataset.waitingFor);
const title = main.querySelector('h1').textContent;
document.getElementById('log').replaceChildren(el('h2', {}, 'Log'), log_pane({id, name: title}).element);
follow_boards({
    board: see,
    removed: (gone) => { if (gone === id) location.assign('/'); },
});
setInterval(refresh_times, 5000);
// The server sends to the log-in, and back here after it.
window.addEventListener(session_ended, () => location.reload());
