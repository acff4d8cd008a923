// SPDX-License-Identifier: MIT
// A button for a failed board: applies the change that the server's table of failures proposes, and wakes the board.
import {attempt, call} from './api.js';
import {el} from './dom.js';

/// `change`: the API's `failure.change`, one option and its value, or null. `done()` runs after the wake request;
/// `show(sentence)` shows a refusal.
export function wake_button(what, {id, text, change = null, done = () => {}, show}) {
    const button = el(what, {type: 'button', onclick: () => attempt(async () => {
        if (change) await call('PATCH', `/boards/${id}`, change);
        await call('POST', `/boards/${id}/wake`);
        done();
    }, show, button)}, text);
    return button;
}

/// "Wake with environment = default"
export function remedy_text(change) {
    return `Wake with ${Object.entries(change)[0].join(' = ')}`;
}
