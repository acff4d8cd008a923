// SPDX-License-Identifier: MIT
// Deleting with a way back: the board leaves the page at once and the server after a while, so that its id and its
// address are still its own when somebody changes their mind. The views may change meanwhile, so they are told by events.
import {Problem, call} from './api.js';
import {announce, el, sentence} from './dom.js';

const patience = 10000;
const pending = new Map();  // id -> {settle, hold} of its bar

/// Of the window; `detail` is the board's id.
export const board_stays = 'boardgate-board-stays';
export const board_deleted = 'boardgate-board-deleted';

export function is_going(id) {
    return pending.has(id);
}

export function delete_later(board) {
    const name = board.title || board.logdir;
    const text = el('span', {}, `${name} is deleted.`);
    const undo = el('button.undo', {type: 'button', onclick: () => settle(false)}, 'Undo');
    const bar = el('div.bar', {'data-id': board.id, onfocusin: hold, onfocusout: wait, onpointerenter: hold, onpointerleave: wait}, text, undo);
    let timer = 0;
    let settled = null;

    function hold() {
        clearTimeout(timer);
    }

    function wait() {
        hold();
        if (pending.has(board.id)) timer = setTimeout(settle, patience, true);
    }

    function end(event) {
        pending.delete(board.id);
        const had_focus = bar.contains(document.activeElement);
        bar.remove();
        if (had_focus) document.getElementById('main').focus();
        window.dispatchEvent(new CustomEvent(event, {detail: board.id}));
    }

    /// Once, this way or the other. False when the server said no.
    function settle(really) {
        hold();
        settled ??= really ? delete_it() : stay();
        return settled;
    }

    async function stay() {
        end(board_stays);
        return true;
    }

    async function delete_it() {
        text.textContent = `${name} is being deleted…`;
        undo.ariaDisabled = 'true';
        try {
            // The page may be closing: the browser sends it all the same.
            await call('DELETE', `/boards/${board.id}`, undefined, {keepalive: true});
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            if (problem.code !== 'no_such_board') {
                pending.delete(board.id);
                window.dispatchEvent(new CustomEvent(board_stays, {detail: board.id}));
                text.textContent = `${name} is not deleted. ${sentence(problem.message)}`;
                undo.replaceWith(el('button', {type: 'button', onclick: () => bar.remove()}, 'Close'));
                return false;
            }
        }
        end(board_deleted);
        return true;
    }

    pending.set(board.id, {settle, hold});
    document.getElementById('bars').append(bar);
    // Where the keyboard was is gone. This focus holds nothing up; one that comes back does.
    undo.focus();
    wait();
    announce(`${text.textContent} Undo is possible for ${patience / 1000} seconds.`);
}

/// Leaving the page, or logging out, is no change of mind. False when something could not be deleted; its bar says why.
export async function delete_now() {
    return (await Promise.all([...pending.values()].map(({settle}) => settle(true)))).every(Boolean);
}

/// When somebody else may log in here next.
export function forget() {
    for (const {hold} of pending.values()) hold();
    pending.clear();
    document.getElementById('bars').replaceChildren();
}
