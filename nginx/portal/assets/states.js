// SPDX-License-Identifier: MIT
// What the page says of each state of a board, and which actions make sense in it.
import {sentence} from './dom.js';

export const states = {
    asleep: {text: 'Asleep', hint: 'Opening it wakes it', actions: ['wake']},
    waiting: {text: 'Waiting', hint: 'It waits for a free slot', actions: ['wake', 'sleep']},
    starting: {text: 'Starting', hint: 'TensorBoard is starting', actions: ['sleep', 'restart']},
    ready: {text: 'Ready', hint: 'TensorBoard answers', actions: ['sleep', 'restart']},
    failed: {text: 'Failed', hint: '', actions: ['wake']},
    off: {text: 'Off', hint: 'Opening it makes its door again', actions: ['wake']},
};

export const action_texts = {wake: 'Wake', sleep: 'Sleep', restart: 'Restart'};

/// Why a board is in its state, or what that means: a sentence.
export function reason_of({state, waiting_for, asleep_because}) {
    const usual = state_of(state).hint;
    if (state === 'asleep' && asleep_because) return `${sentence(asleep_because)} ${usual}.`;
    return sentence(waiting_for || usual);
}

export function state_of(name) {
    return states[name] || {text: name, hint: '', actions: ['wake', 'sleep', 'restart']};
}
