// SPDX-License-Identifier: MIT
// Somebody else's board in a frame, below a line that says whose it is. The frame has an origin of nobody's (nginx/view.conf): what
// it says is believed only as far as the place in the address goes.
import {Problem, attempt, call} from './api.js';
import {announce, el, say, sentence} from './dom.js';

const sandbox = 'allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox';
const between_questions = 1500;
/// A frame that says immediately that it has ended, again and again, costs the server no more than this.
const between_frames = 3000;
/// Names in the query of TensorBoard's own page.
const known_names = ['darkMode', 'pinnedCards', 'runColorGroup', 'runFilter', 'smoothing', 'tagFilter'];
const longest_place = 4000;

/// The part of a query that TensorBoard's page knows.
function known_query(search) {
    const given = new URLSearchParams(search);
    const kept = new URLSearchParams();
    for (const name of known_names) if (given.has(name)) kept.set(name, given.get(name));
    return kept.size ? `?${kept}` : '';
}

function known_place({search, hash}) {
    if (typeof search !== 'string' || typeof hash !== 'string' || search.length + hash.length > longest_place) return null;
    if (!/^(#[\w\-.~%!$&'()*+,;=:@/?]*)?$/.test(hash)) return null;
    return known_query(search) + hash;
}

const day = (moment) => new Date(moment).toLocaleDateString('en', {day: 'numeric', month: 'long', year: 'numeric'});

/// The line above the frame.
function whose({title, owner, until, ends_with}) {
    const own = ends_with === null;
    const text = own ? 'your board, as others see it' : `${owner}’s board${until ? `, until ${day(until)}` : ''}; you can look and change nothing`;
    return el('nav.visit-bar', {'aria-label': 'boardgate'}, el('a', {href: '/'}, '‹ boardgate'), el('strong', {}, title), el('span.visit-owner', {}, text),
        el('a.visit-leave', {href: own ? '/boards' : '/shared'}, 'Leave'));
}

/// `not_shown(card)` may fill the card of a board that is not shown to this person.
export function show_visit(main, id, {not_shown = () => {}} = {}) {
    let frame = null;
    let timer = 0;
    let asking = false;
    let opened_at = 0;
    let shown_owner = '';
    const card = el('section.card', {'aria-labelledby': 'visit-heading'});
    const heading = el('h1#visit-heading', {}, 'Opening the board…');
    const told = el('p.detail', {role: 'status'});
    const error = el('p.error', {role: 'alert', hidden: true});

    function cover(title, text, ...more) {
        document.body.classList.remove('visiting');
        heading.textContent = title;
        told.textContent = text;
        card.replaceChildren(heading, told, ...more, error);
        if (!card.isConnected) main.replaceChildren(card);
        frame = null;
        document.title = `${title} · boardgate`;
        announce(`${title} ${text}`);
    }

    function ask_owner() {
        const button = el('button#ask-owner.primary', {type: 'button', onclick: () => attempt(async () => {
            await call('POST', `/boards/${id}/asks`, {});
            button.replaceWith(el('p', {}, 'Its owner is asked. Load this page again when the board is shown to you.'));
            announce('Its owner is asked');
        }, (text) => say(error, text), button)}, 'Ask to see it');
        return button;
    }

    function refuse(problem) {
        if (problem.code === 'unauthenticated') {
            cover('Your session has ended', '', el('div.buttons', {}, el('a.button.primary', {href: `/login?board=${id}`}, 'Log in')));
        } else if (problem.code === 'not_shown') {
            if (shown_owner) cover('Not shown any more', `${shown_owner} shows this board to you no longer.`, el('div.buttons', {}, ask_owner(), el('a.button', {href: '/shared'}, 'Shared with me')));
            else cover('Not your board', 'Its owner can show it to you: Share… on its card, or boardgate share.', el('div.buttons', {}, ask_owner(), el('a.button', {href: '/boards'}, 'All my boards')));
            not_shown(card);
        } else {
            cover('The board is not shown', sentence(problem.message), el('div.buttons', {}, el('button', {type: 'button', onclick: look}, 'Try again')));
        }
    }

    function open(view) {
        shown_owner = view.owner;
        opened_at = Date.now();
        frame = el('iframe.visit-frame', {
            sandbox, referrerpolicy: 'no-referrer', title: `${view.title}, ${view.owner}’s board`,
            src: view.place + (known_place({search: location.search, hash: location.hash}) ?? ''),
        });
        document.body.classList.add('visiting');
        document.title = `${view.title} (${view.owner}) · boardgate`;
        main.replaceChildren(whose(view), frame);
    }

    async function look() {
        if (asking) return;
        asking = true;
        clearTimeout(timer);
        try {
            const {status, answer} = await call('POST', `/boards/${id}/views`, {});
            if (status === 201) {
                open(answer);
            } else {
                shown_owner = answer.owner;
                cover(answer.title, answer.waiting_for);
                timer = setTimeout(look, between_questions);
            }
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            refuse(problem);
        } finally {
            asking = false;
        }
    }

    window.addEventListener('message', ({source, origin, data}) => {
        if (!frame || source !== frame.contentWindow || origin !== 'null' || typeof data !== 'object' || data === null) return;
        if (data.ended) {
            frame.remove();
            frame = null;
            clearTimeout(timer);
            timer = setTimeout(look, Math.max(0, between_frames - (Date.now() - opened_at)));
            return;
        }
        const place = data.moved && known_place(data.moved);
        if (typeof place === 'string') history.replaceState(null, '', location.pathname + place);
    });
    look();
}
