// SPDX-License-Identifier: MIT
// Boards that others show to this person.
import {attempt, call} from './api.js';
import {el, say} from './dom.js';
import {follow} from './events.js';
import {state_of} from './states.js';

const day = (moment) => new Date(moment).toLocaleDateString('en', {day: 'numeric', month: 'long', year: 'numeric'});

function row({id, url, title, owner, state, until, with: by}) {
    return el('li.board', {'data-id': id},
        el('div.head', {}, el('h3', {}, title), el('p.state-line', {}, el('span.board-state', {'data-state': state}, state_of(state).text))),
        el('p.facts', {}, `${owner}’s board`, by === owner ? null : el('span', {}, by === 'everybody' ? ', shown to everybody here' : by.startsWith('@') ? `, shown to ${by}` : ', shown to you'),
            until ? el('span', {}, ` until ${day(until)}`) : null),
        el('div.buttons', {}, el('a.button.primary', {href: url, 'aria-label': `Open ${title}`}, 'Open')));
}

export function show_shared(main) {
    document.title = 'Shared with me · boardgate';
    const list = el('ul#shared.cards');
    const none = el('p#nothing-shared.quiet', {hidden: true}, 'Nobody shows you a board. Others can: Share… on the card of their board.');
    const error = el('p.error', {role: 'alert', hidden: true});
    main.replaceChildren(el('h1', {}, 'Shared with me'), el('p.quiet', {}, 'Boards of others. You see their dashboards as they are, and change nothing.'), error, none, list);

    function refresh() {
        return attempt(async () => {
            const {answer} = await call('GET', '/shared');
            list.replaceChildren(...answer.boards.map(row));
            none.hidden = answer.boards.length > 0;
        }, (text) => say(error, text));
    }

    refresh();
    const stop = follow('/events', {shared: refresh, unshared: refresh});
    return stop;
}
