// SPDX-License-Identifier: MIT
// One board of the list. The element stays while the board changes, which keeps focus and selection.
import {attempt, call} from './api.js';
import {announce, copy_button, el, say, sentence, set_time, time} from './dom.js';
import {folder_facts} from './folders.js';
import {menu} from './menu.js';
import {is_pinned, pin} from './pinned.js';
import {remedy_text, wake_button} from './remedy.js';
import {share_dialog} from './share_dialog.js';
import {action_texts, place_of, reason_of, state_of} from './states.js';
import {usage_pictures} from './usage.js';

/// `edit`, `duplicate` and `remove` take the board, `gone(id)` and `moved()` notify the list. The event stream brings all changes:
/// a response may be older than the stream's last event.
export function board_card(first, {edit, duplicate, remove, gone, moved}) {
    let board = first;
    let told_failure = null;
    const heading = `board-${board.id}`;
    const title = el('h3', {id: heading});
    const state = el('span.board-state');
    const since = time(board.state_since);
    const hint = el('span');
    const logdir = el('p.path');
    const newest = el('span');
    const viewed = el('span');
    const sleeps = el('span');
    const place = el('span.board-place');
    const shared = el('button.plain.board-shared', {type: 'button', hidden: true, onclick: share});
    const asked = el('div.notices');
    const notices = el('div.notices');
    const failure = el('div.failure', {hidden: true});
    const error = el('p.error.board-error', {role: 'alert', hidden: true});
    const usage = usage_pictures();
    const open = el('a.button.primary.board-open', {href: board.url}, 'Open');
    const address = el('a.path', {href: board.url, tabindex: '-1', 'aria-hidden': 'true'}, new URL(board.url, location.origin).href);
    const copy = copy_button('button.plain.board-copy', 'Copy', () => new URL(board.url, location.origin).href);
    const log = el('a.button.board-log', {href: `/log/${board.id}`, 'data-view': ''}, 'Log');
    const actions = Object.entries(action_texts).map(([name, text]) =>
        el(`button.board-${name}`, {type: 'button', 'data-action': name, onclick: (event) => act(name, event.currentTarget)}, text));
    const [restart] = actions.filter((button) => button.dataset.action === 'restart');
    const [wake] = actions.filter((button) => button.dataset.action === 'wake');
    const pinning = el('button.board-pin', {type: 'button', onclick: () => {
        pin(board.id, !is_pinned(board.id));
        show_pin();
        moved();
    }});
    const more = menu('', [
        restart,
        pinning,
        el('button.board-share', {type: 'button', onclick: share}, 'Share…'),
        el('button.board-edit', {type: 'button', onclick: () => edit(board)}, 'Edit'),
        el('button.board-duplicate', {type: 'button', onclick: () => duplicate(board)}, 'Duplicate'),
        el('a.button.board-curves', {href: `/api/v1/boards/${board.id}/curves`, download: '', title: 'One file for people without an account. It cannot be taken back.'}, 'Curves as a file'),
        el('button.board-delete.danger', {type: 'button', onclick: () => remove(board)}, 'Delete'),
    ]);
    const named = [[open, 'Open'], [copy, 'Copy address of'], [log, 'Log of'], ...actions.map((button) => [button, button.textContent])];
    const element = el('li.board', {'data-id': board.id, 'aria-labelledby': heading},
        el('div.head', {}, title, el('p.state-line', {}, state, el('span', {}, since), hint)),
        el('div', {}, logdir, el('p.facts', {}, newest)), failure, notices, asked,
        el('div.address', {}, address, copy),
        el('p.facts.listed', {}, viewed, sleeps, place, shared), usage.element,
        error,
        el('div.buttons', {}, open, ...actions.filter((button) => button !== restart), log, more.element));

    function show_pin() {
        const yes = is_pinned(board.id);
        element.classList.toggle('pinned', yes);
        pinning.textContent = yes ? 'Unpin' : 'Pin';
    }

    function share() {
        share_dialog(board).addEventListener('close', () => open.focus());
    }

    /// A person asks to see the board: one button shows it.
    function asker(name) {
        const button = el('button.board-show-to', {type: 'button', onclick: () => attempt(() => call('POST', `/boards/${board.id}/shares`, {with: name}), (text) => say(error, text), button)}, `Show it to ${name}`);
        return el('div.notice', {}, el('p', {}, `${name} asks to see this board.`), el('div.buttons', {}, button, el('button', {type: 'button', onclick: share}, 'More…')));
    }

    function show_sharing(before) {
        shared.hidden = !board.shares;
        shared.textContent = `Shared with ${board.shares}`;
        if (JSON.stringify(before.asked_by) === JSON.stringify(board.asked_by) && asked.childElementCount) return;
        if (asked.contains(document.activeElement)) open.focus();
        asked.replaceChildren(...(board.asked_by || []).map(asker));
    }

    async function act(name, button) {
        if (element.hasAttribute('aria-busy')) return;
        element.setAttribute('aria-busy', 'true');
        await attempt(() => call('POST', `/boards/${board.id}/${name}`), (text, problem) => {
            if (problem?.code === 'no_such_board') gone(board.id);
            else say(error, text);
        }, button);
        element.removeAttribute('aria-busy');
    }

    function show_failure(reason) {
        // Replaced only when it is new: a button in it may have the focus.
        const told = JSON.stringify(reason);
        if (told_failure === told) return;
        told_failure = told;
        if (failure.contains(document.activeElement)) open.focus();
        failure.hidden = !reason;
        if (!reason) return;
        const lines = reason.log_tail || [];
        const was_open = failure.querySelector('details')?.open;
        failure.replaceChildren(...[
            el('p.failure-summary', {}, sentence(reason.summary)),
            reason.detail && el('p', {}, sentence(reason.detail)),
            reason.remedy && el('p.failure-remedy', {}, sentence(reason.remedy)),
            reason.change && el('div.buttons', {}, wake_button('button.board-remedy', {id: board.id, text: remedy_text(reason.change), change: reason.change,
                show: (text) => say(error, text)})),
            lines.length && el('details', {open: was_open}, el('summary', {}, 'Last lines of its log'), el('pre.log', {tabindex: '0', 'aria-label': 'Last lines of its log'}, lines.join('\n'))),
        ].filter(Boolean));
    }

    function show_facts() {
        if (board.last_viewed) viewed.replaceChildren('Viewed ', time(board.last_viewed), board.last_viewed_by && board.last_viewed_by !== board.owner ? ` by ${board.last_viewed_by}` : '');
        else viewed.textContent = 'Not viewed yet';
        if (board.sleeps_at) sleeps.replaceChildren('Sleeps ', time(board.sleeps_at));
        else sleeps.textContent = '';
        place.textContent = place_of(board);
    }

    /// Asked only for cards in view: each answer makes the server read a folder.
    async function look_at_folder() {
        const folders_of = ({logdir: first_one, more_logdirs = []}) => [first_one, ...more_logdirs];
        const about = folders_of(board);
        const facts = await folder_facts(about);
        if (about.join('\n') === folders_of(board).join('\n')) newest.replaceChildren(...facts);
    }

    function update(next) {
        const before = board;
        board = next;
        const known = state_of(board.state);
        const name = board.title || board.logdir;
        title.textContent = name;
        element.dataset.state = board.state;
        state.dataset.state = board.state;
        state.textContent = board.held ? 'Held' : known.text;
        hint.textContent = reason_of(board);
        set_time(since, board.state_since);
        logdir.textContent = [board.logdir, ...(board.more_logdirs || [])].join(' + ');
        open.href = board.url;
        more.name(name);
        for (const [control, text] of named) control.setAttribute('aria-label', `${text} ${name}`);
        show_facts();
        notices.replaceChildren(...(board.notices || []).map((notice) => el('p.notice', {}, sentence(notice.text))));
        show_sharing(before);
        show_failure(board.failure);
        // The failure says it already.
        newest.hidden = Boolean(board.failure?.code.startsWith('logdir_'));
        usage.show(board);
        for (const button of actions) {
            const focused = document.activeElement === button;
            button.hidden = !known.actions.includes(button.dataset.action) || Boolean(board.held);
            // The pressed button disappears: keep the focus in this card.
            if (focused && button.hidden) open.focus();
        }
        if (before.logdir !== board.logdir) look_at_folder();
        if (before.state !== board.state) announce(`${name}: ${known.text}`);
    }

    update(board);
    show_pin();
    return {element, update, look_at_folder, board: () => board, show_usage: () => usage.show(board), focus: () => open.focus(), wake: () => act('wake', wake)};
}
