// SPDX-License-Identifier: MIT
// One board of the list. The element stays the same while the board changes, so that focus and selection do too.
import {Problem, call} from './api.js';
import {announce, el, say, sentence, set_time, time} from './dom.js';
import {action_texts, state_of} from './states.js';

const copied_for = 2000;

/// `confirm(board)` asks before a deletion, `changed(board)` and `removed(id)` tell the list.
export function board_card(first, {confirm, changed, removed}) {
    let board = first;
    const heading = `board-${board.id}`;
    const title = el('h3', {id: heading});
    const state = el('span.board-state');
    const since = time(board.state_since);
    const hint = el('span.hint');
    const logdir = el('p.path', {title: 'Log directory'});
    const viewed = el('span');
    const notices = el('div.notices');
    const failure = el('div.failure', {hidden: true});
    const error = el('p.error.board-error', {role: 'alert', hidden: true});
    const open = el('a.button.primary.board-open', {href: board.url}, 'Open');
    const copy = el('button.plain.board-copy', {type: 'button', onclick: copy_address}, 'Copy address');
    const remove = el('button.plain.danger.board-delete', {type: 'button', onclick: () => confirm(board, delete_board)}, 'Delete');
    const actions = Object.entries(action_texts).map(([name, text]) =>
        el(`button.board-${name}`, {type: 'button', 'data-action': name, onclick: (event) => act(name, event.currentTarget)}, text));
    const element = el('li.board', {'data-id': board.id, 'aria-labelledby': heading},
        el('div.head', {}, title, el('p.state-line', {}, state, ' ', since, ' ', hint)),
        logdir, failure, notices,
        el('p.facts', {}, viewed),
        error,
        el('div.buttons', {}, open, ...actions, copy, remove));

    async function attempt(button, work) {
        if (element.hasAttribute('aria-busy')) return undefined;
        say(error, '');
        // Not `disabled`: that would take the focus away from the keyboard's place.
        button.setAttribute('aria-disabled', 'true');
        element.setAttribute('aria-busy', 'true');
        try {
            await work();
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            if (problem.code === 'no_such_board') return removed(board.id);
            say(error, sentence(problem.message));
        } finally {
            button.removeAttribute('aria-disabled');
            element.removeAttribute('aria-busy');
        }
        return undefined;
    }

    function act(name, button) {
        return attempt(button, async () => changed((await call('POST', `/boards/${board.id}/${name}`)).answer));
    }

    function delete_board() {
        return attempt(remove, async () => {
            await call('DELETE', `/boards/${board.id}`);
            removed(board.id);
        });
    }

    async function copy_address() {
        const address = new URL(board.url, location.origin).href;
        try {
            await navigator.clipboard.writeText(address);
        } catch {
            say(error, `The browser does not allow copying; the address is ${address}`);
            return;
        }
        copy.textContent = 'Copied';
        announce('Address copied');
        setTimeout(() => { copy.textContent = 'Copy address'; }, copied_for);
    }

    function show_failure(reason) {
        failure.hidden = !reason;
        if (!reason) return;
        const log = reason.log_tail || [];
        const was_open = failure.querySelector('details')?.open;
        failure.replaceChildren(...[
            el('p.failure-summary', {}, sentence(reason.summary)),
            reason.detail && el('p.failure-detail', {}, sentence(reason.detail)),
            reason.remedy && el('p.failure-remedy', {}, sentence(reason.remedy)),
            log.length && el('details', {open: was_open}, el('summary', {}, 'Last lines of its log'), el('pre.log', {tabindex: '0'}, log.join('\n'))),
        ].filter(Boolean));
    }

    function update(next) {
        const before = board;
        board = next;
        const known = state_of(board.state);
        const name = board.title || board.logdir;
        title.textContent = name;
        element.dataset.state = board.state;
        state.dataset.state = board.state;
        state.textContent = known.text;
        hint.textContent = known.hint && `· ${known.hint}`;
        set_time(since, board.state_since);
        logdir.textContent = board.logdir;
        open.href = board.url;
        open.setAttribute('aria-label', `Open ${name}`);
        copy.setAttribute('aria-label', `Copy address of ${name}`);
        remove.setAttribute('aria-label', `Delete ${name}`);
        if (board.last_viewed) viewed.replaceChildren('Last viewed ', time(board.last_viewed));
        else viewed.textContent = 'Not viewed yet';
        notices.replaceChildren(...(board.notices || []).map((notice) => el('p.notice', {}, sentence(notice.summary || notice.text || String(notice)))));
        show_failure(board.failure);
        for (const button of actions) {
            const action = button.dataset.action;
            const focused = document.activeElement === button;
            button.hidden = !known.actions.includes(action);
            button.setAttribute('aria-label', `${action_texts[action]} ${name}`);
            // The button that was just pressed goes away: the keyboard stays in this card.
            if (focused && button.hidden) open.focus();
        }
        if (before !== board && before.state !== board.state) announce(`${name}: ${known.text}`);
    }

    update(board);
    return {element, update, board: () => board, focus: () => open.focus()};
}
