// SPDX-License-Identifier: MIT
// Which view is shown: the log-in while there is no session, otherwise what the address asks for.
import {Problem, call, is_board_id, session_ended} from './api.js';
import {el, sentence} from './dom.js';
import {show_boards} from './boards.js';
import {show_login} from './login.js';

const main = document.getElementById('main');
const account = document.getElementById('account');
let leave = () => {};
let logged_in = false;

function show(view, options) {
    leave();
    leave = view(main, options);
}

function log_in(notice) {
    logged_in = false;
    account.replaceChildren();
    show(show_login, {notice, done: enter});
}

async function log_out(path) {
    try {
        await call('DELETE', path);
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.code !== 'unauthenticated') {
            account.querySelector('.error').textContent = sentence(problem.message);
            return;
        }
    }
    history.replaceState(null, '', '/login');
    log_in('You are logged out.');
}

function enter(session) {
    logged_in = true;
    const wanted = new URLSearchParams(location.search);
    if (is_board_id(wanted.get('board'))) {
        // Somebody asked for this board and had to log in first.
        location.replace(`/b/${wanted.get('board')}/`);
        return;
    }
    if (location.pathname !== '/') history.replaceState(null, '', '/');
    account.replaceChildren(
        el('span.error', {role: 'alert'}),
        el('span.user', {}, session.user),
        el('button#logout', {type: 'button', onclick: () => log_out('/session')}, 'Log out'));
    show(show_boards, {wanted});
    main.append(el('div.end', {},
        el('button#logout-everywhere.plain', {type: 'button', onclick: () => log_out('/sessions')}, 'Log out in all browsers')));
    if (!session.messages?.length) return;
    main.prepend(...session.messages.map((text) => el('p.notice', {role: 'status'}, text)));
}

async function start() {
    try {
        enter((await call('GET', '/session')).answer);
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.code === 'unauthenticated') return log_in('');
        main.replaceChildren(el('section.card', {},
            el('h1', {}, 'Not reachable'), el('p.error', {role: 'alert'}, sentence(problem.message)),
            el('button.primary', {type: 'button', onclick: start}, 'Try again')));
    }
    return undefined;
}

window.addEventListener(session_ended, () => {
    if (logged_in) log_in('Your session has ended. Log in again.');
});
start();
