// SPDX-License-Identifier: MIT
// Somebody else's board: who may read its folder is offered a board of their own on it. Nobody else learns whose it is.
import {Problem, attempt, call, keyed_call} from './api.js';
import {announce, el, say, sentence} from './dom.js';

const make = keyed_call();

/// What the board's address led to stays: a view that the owner has sent.
function go_to(board) {
    location.assign(`/b/${board}/${location.search}${location.hash}`);
}

/// Makes a board of one's own on these folders, and goes there.
async function open_as_yourself({logdir, more_logdirs, options, home_of, board}) {
    if (board) return go_to(board);
    const {answer} = await make('POST', '/boards', {...options, logdir, more_logdirs, foreign: home_of !== null, wake: true});
    return go_to(answer.id);
}

const folders_of = ({logdir, more_logdirs}) => [logdir, ...more_logdirs].join(' + ');

/// The text and the buttons for an answer of GET /boards/{board}/offer.
function offer_parts(offer) {
    const error = el('p.error', {role: 'alert', hidden: true});
    const open = el('button#open-as-yourself.primary', {type: 'button'}, offer.board ? 'Open mine' : 'Open it as yourself');
    const parts = [
        el('p.detail', {}, `It is ${offer.owner}’s, and shows `, el('span.path', {}, folders_of(offer)), ', which you can read too.'),
        el('p.quiet', {}, offer.board ? 'You have a board on this folder.' : 'This makes a board of yours on the same folder. It reads the folder with your permissions.'),
        el('div.buttons', {}, open, el('a.button', {href: '/boards'}, 'All my boards')),
        error,
    ];
    const go = () => attempt(() => open_as_yourself(offer), (text) => say(error, text), open);
    if (offer.board || offer.home_of === null) {
        open.addEventListener('click', go);
        return parts;
    }
    const warning = el('p.notice#in-a-home', {hidden: true}, `The folder is in ${offer.home_of}’s home, where ${offer.home_of} can put anything. TensorBoard reads it as you.`);
    parts.splice(2, 0, warning);
    open.addEventListener('click', () => {
        if (!warning.hidden) return go();
        warning.hidden = false;
        open.textContent = 'Open it all the same';
        announce(warning.textContent);
        return undefined;
    });
    return parts;
}

/// Fills a card that says so far that this is somebody else's board. `ask`: a button that asks the owner, for people who get no offer.
export async function show_offer(card, id, ask = null) {
    const heading = card.querySelector('h1');
    const refused = el('p.detail', {role: 'status'}, 'Looking whether you can read its folder…');
    card.replaceChildren(heading, refused);
    try {
        const {answer: offer} = await call('GET', `/boards/${id}/offer`);
        card.replaceChildren(heading, ...offer_parts(offer));
        card.querySelector('.buttons').append(...[ask].filter(Boolean));
        announce(card.querySelector('.detail').textContent);
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        const why = problem.code === 'not_your_board' ? 'It belongs to somebody else, and shows a folder that you cannot read. Its owner can show it to you.' : sentence(problem.message);
        refused.textContent = why;
        card.append(el('div.buttons', {}, ask, el('a.button', {href: '/boards'}, 'All my boards')));
    }
}
