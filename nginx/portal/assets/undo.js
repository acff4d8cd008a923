// SPDX-License-Identifier: MIT
// Deleting with undo: the board leaves the page immediately and the server after a delay, so that undo keeps its id and
// address. The view may change meanwhile, so events notify it.
import {Problem, call} from './api.js';
import {announce, el, sentence} from './dom.js';

const patience = 10000;
const pending = new Map();  // id -> {settle, hold} of its bar

/// Events of the window; `detail` is the board's id.
export const board_stays = 'boardgate-board-stays';
export const board_deleted = 'boardgate-board-deleted';

export function is_going(id) {
    return pending.has(id);
}

export function delete_later(board) {
    const name = board.title || board.logdir;
    const text = el('span', {}, `${name} is deleted.`);
    const undo = el('button.undo', {type: 'button', onclick: () => settle(false)}, 'Undo');
    const bar = el('div.bar', {'data-id': board.id, onfocusin: hold, onfocusout: wait_soon, onpointerenter: hold, onpointerleave: wait_soon}, text, undo);
    let timer = 0;
    let settled = null;

    function hold() {
        clearTimeout(timer);
    }

    /// Undo stays while the pointer or the focus is on it.
    function wait() {
        hold();
        if (pending.has(board.id) && !bar.matches(':hover, :focus-within')) timer = setTimeout(settle, patience, true);
    }

    /// The focus is still here while this event runs.
    function wait_soon() {
        setTimeout(wait);
    }

    function end(event) {
        pending.delete(board.id);
        const had_focus = bar.contains(document.activeElement);
        bar.remove();
        if (had_focus) document.getElementById('main').focus();
        window.dispatchEvent(new CustomEvent(event, {detail: board.id}));
    }

    /// Deletes or keeps the board, once. False if the server refuses.
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
            // keepalive: the browser sends it even if the page closes.
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
    // The focused element is gone.
    undo.focus();
    wait();
    announce(`${text.textContent} Undo is possible.`);
}

/// Keeps a board that is about to be deleted.
export async function stay(id) {
    await pending.get(id)?.settle(false);
}

/// Leaving the page or logging out completes the deletions. False if one failed; its bar says why.
export async function delete_now() {
    return (await Promise.all([...pending.values()].map(({settle}) => settle(true)))).every(Boolean);
}

/// Drops all bars: another person may log in next.
export function forget() {
    for (const {hold} of pending.values()) hold();
    pending.clear();
    document.getElementById('bars').replaceChildren();
}
