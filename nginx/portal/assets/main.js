// SPDX-License-Identifier: MIT
// Chooses the view: the login while there is no session, otherwise the view of the address.
import {Problem, attempt, call, is_board_id, session_ended} from './api.js';
import {announce, el, refresh_times, sentence} from './dom.js';
import {links_for, sees_shared} from './header.js';
import {show_administration} from './administration.js';
import {show_boards} from './boards.js';
import {show_log} from './log.js';
import {show_login} from './login.js';
import {show_runs} from './runs.js';
import {show_shared} from './shared.js';
import {show_sessions} from './sessions.js';
import {delete_now, forget} from './undo.js';

/// Path, view, and the people it is for. nginx/portal.conf has the same paths, header.js the links.
const views = [
    {path: /^\/$/, show: show_runs},
    {path: /^\/boards$/, show: show_boards},
    {path: /^\/log\/([a-z2-9]{8})$/, show: show_log},
    {path: /^\/shared$/, show: show_shared},
    {path: /^\/sessions$/, show: show_sessions},
    {path: /^\/administration$/, show: show_administration, wants: 'administrator'},
];

const main = document.getElementById('main');
const links = document.getElementById('links');
const account = document.getElementById('account');
let leave = () => {};
let session = null;

function show(view, options) {
    leave();
    leave = view(main, options);
}

function log_in(notice) {
    session = null;
    forget();
    account.replaceChildren();
    links.replaceChildren();
    show(show_login, {notice, done: enter});
}

async function log_out({currentTarget: button}) {
    await attempt(async () => {
        if (!await delete_now()) return;
        await call('DELETE', '/session').catch((problem) => {
            if (problem.code !== 'unauthenticated') throw problem;
        });
        logged_out();
    }, (text) => { account.querySelector('.error').textContent = text; }, button);
}

function logged_out() {
    history.replaceState(null, '', '/login');
    log_in('You are logged out.');
}

/// Query and fragment of the address that led to the login. A redirect leaves the fragment in the address of this page.
function place_on_board(at) {
    const [, query, hash] = /^(\?[^#]*)?(#.*)?$/s.exec(at || '') || [];
    return `${query || ''}${hash || location.hash}`;
}

function enter(answer) {
    session = answer;
    const wanted = new URLSearchParams(location.search);
    if (is_board_id(wanted.get('board'))) {
        // Back to the board whose address led to the login.
        const address = `/b/${wanted.get('board')}/${place_on_board(wanted.get('at'))}`;
        if (session.messages?.length) show(show_said, address);
        else location.replace(address);
        return;
    }
    account.replaceChildren(
        el('span.error', {role: 'alert'}),
        el('span.user', {}, session.user),
        el('button#logout', {type: 'button', onclick: log_out}, 'Log out'));
    links.replaceChildren(...links_for(session, {'data-view': ''}));
    add_shared_link(session);
    route();
    main.prepend(...said());
}

async function add_shared_link(for_session) {
    if (!await sees_shared() || session !== for_session) return;
    session.shared = true;
    links.replaceChildren(...links_for(session, {'data-view': ''}));
    mark_current();
}

/// The messages of PAM at the login.
function said() {
    return (session.messages || []).map((text) => el('p.notice', {role: 'status'}, text));
}

/// Shown before the board: PAM may warn that the password expires soon.
function show_said(place, address) {
    const onward = el('a.button.primary', {href: address}, 'Continue to the board');
    place.replaceChildren(el('section.card.login', {'aria-labelledby': 'said-heading'}, el('h1#said-heading', {}, 'Logged in'), ...said(), el('div.buttons', {}, onward)));
    onward.focus();
    return () => {};
}

/// Addresses of earlier versions.
function renamed() {
    const wanted = new URLSearchParams(location.search);
    if (location.pathname === '/runs') return `/${location.search}`;
    return location.pathname === '/' && (wanted.has('new') || wanted.has('edit')) ? `/boards${location.search}` : null;
}

function mark_current() {
    for (const link of links.children) {
        if (link.pathname === location.pathname) {
            link.setAttribute('aria-current', 'page');
            link.scrollIntoView({block: 'nearest', inline: 'nearest'});
        } else {
            link.removeAttribute('aria-current');
        }
    }
}

function route() {
    if (renamed()) history.replaceState(null, '', renamed());
    const view = views.find(({path, wants}) => path.test(location.pathname) && (!wants || session[wants]));
    if (!view) history.replaceState(null, '', '/');
    const {path, show: shown} = view || views[0];
    mark_current();
    show(shown, {session, wanted: new URLSearchParams(location.search), part: path.exec(location.pathname)?.[1], go, logged_out});
}

/// Changes the view without loading the page again.
function go(address) {
    history.pushState(null, '', address);
    route();
    window.scrollTo(0, 0);
    main.focus();
    announce(document.title);
}

async function start() {
    const slow = setTimeout(() => main.replaceChildren(el('p.quiet', {role: 'status'}, 'Waiting for the server…')), 2000);
    try {
        const {answer} = await call('GET', '/session').finally(() => clearTimeout(slow));
        enter(answer);
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.code === 'unauthenticated') return log_in('');
        main.replaceChildren(el('section.card', {},
            el('h1', {}, 'The server does not answer'), el('p.error', {role: 'alert'}, problem.code === 'unreachable' ? 'Try again in a moment.' : sentence(problem.message)),
            el('button.primary', {type: 'button', onclick: start}, 'Try again')));
    }
    return undefined;
}

// Following #main as a link would change the address and rebuild the view.
document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
});
setInterval(refresh_times, 5000);
document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-view]');
    if (!link || !session || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.pathname + link.search);
});
window.addEventListener('popstate', () => { if (session) route(); });
window.addEventListener('pagehide', () => { delete_now(); });
window.addEventListener(session_ended, () => {
    if (session) log_in('Your session has ended. Log in again.');
});
start();
