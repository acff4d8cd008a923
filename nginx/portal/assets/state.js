// SPDX-License-Identifier: MIT
// On the page that boardgated writes for a board that does not answer yet (src/boardgated/state_page.cc): follows
// the board's state and its log, and turns into the board when it is ready.
import {Problem, call} from './api.js';
import {announce, el, say, sentence} from './dom.js';
import {follow_boards} from './events.js';
import {state_of} from './states.js';

const main = document.querySelector('main[data-board]');
const live = document.getElementById('live');
const id = main.dataset.board;
const state = main.querySelector('.board-state');
const most_lines = 2000;

const log = el('pre.log', {tabindex: '0', 'aria-label': 'Log'});
const error = el('p.error', {role: 'alert', hidden: true});

function starter(text, attributes, change) {
    return el(`button${attributes}`, {type: 'button', onclick: async (event) => {
        const button = event.currentTarget;
        button.disabled = true;
        try {
            if (change) await call('PATCH', `/boards/${id}`, change);
            await call('POST', `/boards/${id}/wake`);
            location.reload();
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            button.disabled = false;
            say(error, sentence(problem.message));
        }
    }}, text);
}

function again() {
    const buttons = el('div.buttons', {}, starter('Wake it again', '#wake.primary'));
    // What may help, as the table of failures has it: one option and its value.
    const change = JSON.parse(main.dataset.change || 'null');
    if (change) buttons.append(starter(`Wake it with ${Object.entries(change)[0].join(' = ')}`, '#wake-changed', change));
    return buttons;
}

function follow_log() {
    const source = new EventSource(`/api/v1/boards/${id}/log?follow=1`);
    source.addEventListener('line', (event) => {
        const at_end = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
        log.append(`${JSON.parse(event.data).text}\n`);
        while (log.childNodes.length > most_lines) log.firstChild.remove();
        log.hidden = false;
        if (at_end) log.scrollTop = log.scrollHeight;
    });
}

function show(name, waiting_for) {
    const {text, hint: usual} = state_of(name);
    const hint = waiting_for || usual;
    main.dataset.state = name;
    state.dataset.state = name;
    state.textContent = text;
    if (hint) state.parentElement.replaceChildren(state, ` ${hint}.`);
    else state.parentElement.replaceChildren(state);
}

function see(board) {
    if (board.id !== id) return;
    // The server writes the page anew: the board itself, or why it failed.
    if (board.state === 'ready' || (board.state === 'failed' && main.dataset.state !== 'failed')) {
        location.reload();
        return;
    }
    if (board.state === main.dataset.state) return;
    show(board.state, board.waiting_for);
    announce(state.textContent);
    if (board.state === 'asleep' || board.state === 'off') live.replaceChildren(again(), error);
}

document.body.append(el('div#announcer.unseen', {role: 'status', 'aria-live': 'polite'}));
show(main.dataset.state, main.dataset.waitingFor);
if (main.dataset.state === 'failed') {
    // Before the log, which may be long.
    main.querySelector('.failure-remedy')?.after(live);
    live.append(again(), error);
} else {
    log.hidden = true;
    live.append(error, log);
    follow_log();
}
follow_boards({
    board: see,
    removed: (gone) => { if (gone === id) location.assign('/'); },
    synced: () => {},
    connected: () => {},
});
