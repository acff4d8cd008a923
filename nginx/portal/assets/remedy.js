// SPDX-License-Identifier: MIT
// What may help a board that failed, as one button: the change that the server's table of failures names, and a wake.
import {Problem, call} from './api.js';
import {el, sentence} from './dom.js';

/// `change`: the API's `failure.change`, one option and its value, or null. `done(board)` once it is being woken;
/// `show(sentence)` what the server refuses.
export function wake_button(what, {id, text, change = null, done, show}) {
    const button = el(what, {type: 'button', onclick: async () => {
        show('');
        button.setAttribute('aria-disabled', 'true');
        try {
            if (change) await call('PATCH', `/boards/${id}`, change);
            done((await call('POST', `/boards/${id}/wake`)).answer);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            show(sentence(problem.message));
        }
        button.removeAttribute('aria-disabled');
    }}, text);
    return button;
}

/// "Wake with environment = default"
export function remedy_text(change) {
    return `Wake with ${Object.entries(change)[0].join(' = ')}`;
}
