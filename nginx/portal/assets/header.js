// SPDX-License-Identifier: MIT
// The links in the head of every page; on pages that boardgated writes itself, also who is logged in, and the way out.
import {attempt, call} from './api.js';
import {el} from './dom.js';

/// Path, text and the people it is for; main.js has the views of these paths.
const header_links = [
    {path: '/', text: 'Runs'},
    {path: '/boards', text: 'Boards'},
    {path: '/shared', text: 'Shared with me', wants: 'shared'},
    {path: '/sessions', text: 'Sessions'},
    {path: '/administration', text: 'Administration', wants: 'administrator'},
];

/// The links for this person.
export function links_for(session, attributes = {}) {
    return header_links.filter(({wants}) => !wants || session[wants]).map(({path, text}) => el('a', {href: path, ...attributes}, text));
}

/// Does somebody show boards to this person? Without an answer there is no link; the view has its own errors.
export async function sees_shared() {
    return call('GET', '/shared').then(({answer}) => answer.boards.length > 0, () => false);
}

async function log_out({currentTarget: button}) {
    const account = document.getElementById('account');
    await attempt(async () => {
        await call('DELETE', '/session');
        location.assign('/login');
    }, (text) => { account.querySelector('.error').textContent = text; }, button);
}

export async function fill_header() {
    await attempt(async () => {
        const {answer: session} = await call('GET', '/session');
        const links = document.getElementById('links');
        links.replaceChildren(...links_for(session));
        sees_shared().then((shared) => { if (shared) links.replaceChildren(...links_for({...session, shared})); });
        document.getElementById('account').replaceChildren(el('span.error', {role: 'alert'}), el('span.user', {}, session.user),
            el('button#logout', {type: 'button', onclick: log_out}, 'Log out'));
    }, () => {});
}
