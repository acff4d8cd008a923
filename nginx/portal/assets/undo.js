// SPDX-License-Identifier: MIT
// Deleting with a way back: the board leaves the page at once and the server after a while, so that its id and its
// address are still its own when somebody changes their mind.
import {Problem, call} from './api.js';
import {announce, el, sentence} from './dom.js';

const patience = 10000;
const pending = new Map();  // id -> its bar's way of being settled

export function is_going(id) {
    return pending.has(id);
}

/// `back()` when it stays after all, `gone()` when the server has deleted it.
export function delete_later(board, {back, gone}) {
    const bars = document.getElementById('bars');
    const text = el('span', {}, `${board.title || board.logdir} is deleted.`);
    const undo = el('button.undo', {type: 'button', onclick: () => settle(false)}, 'Undo');
    const bar = el('div.bar', {'data-id': board.id, onfocusin: hold, onfocusout: wait, onpointerenter: hold, onpointerleave: wait}, text, undo);
    let timer = 0;

    function hold() {
        clearTimeout(timer);
    }

    function wait() {
        hold();
        if (pending.has(board.id) && !bar.contains(document.activeElement)) timer = setTimeout(settle, patience, true);
    }

    async function settle(really) {
        hold();
        if (!pending.delete(board.id)) return;
        if (!really) {
            bar.remove();
            back();
            return;
        }
        try {
            // The page may be closing: the browser sends it all the same.
            await call('DELETE', `/boards/${board.id}`, undefined, {keepalive: true});
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            if (problem.code !== 'no_such_board') {
                back();
                text.textContent = `${board.title || board.logdir} is not deleted. ${sentence(problem.message)}`;
                undo.textContent = 'Close';
                undo.onclick = () => bar.remove();
                return;
            }
        }
        bar.remove();
        gone();
    }

    pending.set(board.id, settle);
    bars.append(bar);
    // Where the keyboard was is gone. This focus holds nothing up; one that comes back does.
    undo.focus();
    timer = setTimeout(settle, patience, true);
    announce(`${text.textContent} Undo is possible for ${patience / 1000} seconds.`);
}

/// Leaving the page, or logging out, is no change of mind.
export function delete_now() {
    return Promise.all([...pending.values()].map((settle) => settle(true)));
}
