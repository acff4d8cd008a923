// SPDX-License-Identifier: MIT
// My sessions: browsers and command lines, with a button to log out each.
import {attempt, call} from './api.js';
import {announce, el, say, time} from './dom.js';
import {delete_now} from './undo.js';

export function show_sessions(main, {logged_out}) {
    document.title = 'Sessions · boardgate';
    const rows = el('tbody');
    const error = el('p.error', {role: 'alert', hidden: true});
    const show_error = (text) => say(error, text);
    const end_all = el('button#logout-everywhere.danger', {type: 'button', onclick: () => attempt(async () => {
        if (!await delete_now()) return;
        await call('DELETE', '/sessions');
        logged_out();
    }, show_error, end_all)}, 'Log out everywhere');

    function row(session) {
        const name = session.name || 'Browser';
        const end = el('button.danger', {type: 'button', 'aria-label': `Log out ${name}`, onclick: () => attempt(async () => {
            if (session.current && !await delete_now()) return;
            await call('DELETE', `/sessions/${session.id}`);
            if (session.current) {
                logged_out();
                return;
            }
            const next = line.nextElementSibling || line.previousElementSibling;
            line.remove();
            (next?.querySelector('button') || end_all).focus();
            announce(`${name} is logged out`);
        }, show_error, end)}, 'Log out');
        const line = el('tr', {},
            el('th', {scope: 'row'}, name, session.current ? el('span.tag', {}, 'this session') : null),
            el('td', {'data-label': 'From'}, session.address || 'unknown'),
            el('td', {'data-label': 'Since'}, session.created ? time(session.created) : ''),
            el('td', {'data-label': 'Last used'}, session.last_used ? time(session.last_used) : ''),
            el('td', {}, end));
        return line;
    }

    main.replaceChildren(el('section.card', {'aria-labelledby': 'sessions-heading'},
        el('h1#sessions-heading', {}, 'Sessions'),
        el('p.quiet', {}, 'The browsers and command lines where you are logged in. Log out any that you do not recognize.'),
        error,
        el('table.wide', {}, el('thead', {}, el('tr', {}, ...['Name', 'From', 'Since', 'Last used'].map((text) => el('th', {scope: 'col'}, text)), el('td'))), rows),
        el('div.buttons', {}, end_all)));
    attempt(async () => {
        const {answer} = await call('GET', '/sessions');
        const newest = (session) => session.last_used || session.created || '';
        rows.replaceChildren(...answer.sessions.sort((a, b) => (newest(a) < newest(b) ? 1 : -1)).map(row));
    }, show_error);
    return () => {};
}
