// SPDX-License-Identifier: MIT
// The JSON API. It throws failures as Problem; when the session has ended, it also sends the window an event.

import {sentence} from './dom.js';

export class Problem extends Error {
    constructor({status = 0, code = 'internal', detail = '', title = '', field = null}, retry_after = null) {
        super(detail || title || 'the request failed');
        Object.assign(this, {status, code, field, retry_after});
    }
}

export const session_ended = 'boardgate-session-ended';

export async function call(method, path, body, more = {}) {
    let response;
    let answer = null;
    try {
        response = await fetch(`/api/v1${path}`, {
            ...more,
            method,
            cache: 'no-store',
            headers: {...(body === undefined ? {} : {'Content-Type': 'application/json'}), ...more.headers},
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        if (/^application\/(problem\+)?json/.test(response.headers.get('Content-Type') || '')) answer = JSON.parse(text);
    } catch {
        throw new Problem({code: 'unreachable', detail: 'the server does not answer; try again in a moment'});
    }
    if (response.ok) return {status: response.status, answer};
    const problem = new Problem({...answer, status: response.status}, Number(response.headers.get('Retry-After')) || null);
    if (problem.code === 'unauthenticated') window.dispatchEvent(new Event(session_ended));
    throw problem;
}

/// For requests that make something: a second try after "the server does not answer" has the key of the first, so that the
/// server makes no twin.
export function keyed_call() {
    let last = null;
    return async (method, path, body) => {
        const text = JSON.stringify(body);
        if (last?.text !== text) last = {text, key: Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')};
        try {
            const answer = await call(method, path, body, {headers: {'Idempotency-Key': last.key}});
            last = null;
            return answer;
        } catch (problem) {
            if (problem.code !== 'unreachable') last = null;
            throw problem;
        }
    };
}

/// For handlers: `show(sentence, problem)` shows what the API refuses; any other exception passes through.
/// A `button` ignores presses until the work is done. (`disabled` would lose the keyboard's focus.)
export async function attempt(work, show, button = null) {
    if (button?.ariaDisabled === 'true') return undefined;
    if (button) button.ariaDisabled = 'true';
    show('');
    try {
        return await work();
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        show(sentence(problem.message), problem);
        return undefined;
    } finally {
        if (button) button.ariaDisabled = null;
    }
}

/// The last part of a board's address is its id. Addresses from outside are trusted for nothing else.
export function is_board_id(text) {
    return /^[a-hj-km-np-z2-9]{8}$/.test(text || '');
}
