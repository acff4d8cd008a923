// SPDX-License-Identifier: MIT
// The text, the hint and the actions of each state of a board.
import {sentence} from './dom.js';

export const states = {
    asleep: {text: 'Asleep', hint: 'Opening the board wakes it', actions: ['wake']},
    waiting: {text: 'Waiting', hint: 'The board waits until another board sleeps', actions: ['wake', 'sleep']},
    queued: {text: 'Queued', hint: 'The board\'s job waits in Slurm\'s queue', actions: ['sleep']},
    starting: {text: 'Starting', hint: 'TensorBoard is starting', actions: ['sleep', 'restart']},
    ready: {text: 'Ready', hint: 'TensorBoard answers', actions: ['sleep', 'restart']},
    failed: {text: 'Failed', hint: '', actions: ['wake']},
    off: {text: 'Off', hint: 'Opening the board makes its door again', actions: ['wake']},
};

export const action_texts = {wake: 'Wake', sleep: 'Sleep', restart: 'Restart'};

/// Has it a slot, and does it run or start?
export const is_awake = ({state}) => state === 'ready' || state === 'starting' || state === 'queued';

/// The reason for a board's state, or its meaning, as a sentence.
export function reason_of({state, waiting_for, state_reason, asleep_because, held}) {
    if (held) return `${sentence(held_text(held))} Only an administrator can release it.`;
    const usual = state_of(state).hint;
    if (state === 'asleep' && asleep_because) return `${sentence(asleep_because)} ${usual}.`;
    if (state === 'queued' && state_reason) return sentence(`In Slurm's queue: ${state_reason}`);
    return sentence(waiting_for || usual);
}

/// Where the job of a board on the cluster is; empty for a board of the server itself.
export function place_of({engine, node, job, state}) {
    if (engine !== 'slurm') return '';
    if (!job) return 'Runs on the cluster';
    return state === 'queued' || !node ? `Job ${job} of Slurm` : `On node ${node}, job ${job} of Slurm`;
}

export function held_text({by, reason}) {
    return `${by} holds this board asleep: ${reason}`;
}

export function state_of(name) {
    return states[name] || {text: name, hint: '', actions: ['wake', 'sleep', 'restart']};
}
