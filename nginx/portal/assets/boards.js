// SPDX-License-Identifier: MIT
// Boards: the list, which the event stream keeps up to date, and the form for a new one.
import {board_card} from './board_card.js';
import {board_form, site_options} from './board_form.js';
import {deleted_boards} from './deleted.js';
import {announce, el, say} from './dom.js';
import {follow_boards} from './events.js';
import {keep, kept, list_tools, some_of} from './list_tools.js';
import {is_pinned} from './pinned.js';
import {is_awake, states} from './states.js';
import {board_deleted, board_stays, delete_later, is_going} from './undo.js';
import {sample_every, take_sample} from './usage.js';

const compact_key = 'boardgate-compact';
/// Cards in view look into their folders again, so that no age is older than it says.
const look_every = 30000;
/// TensorBoard has to know of all else.
const without_restart = ['title', 'priority', 'idle_sleep'];

/// `wanted`: the query parameters of the address.
export function show_boards(main, {wanted}) {
    document.title = 'Boards · boardgate';
    const cards = new Map();
    let seen = new Set();
    let site = null;
    const asked_site = site_options();
    let form = null;
    const total = el('span.count');
    const list = el('ul#boards.cards');
    const empty = el('p#no-boards.quiet', {hidden: true},
        'You have no boards yet. Open a run, or make a board of any folder: it gets a permanent address, and sleeps when nobody views it.');
    const none_fits = el('p#none-fits.quiet', {hidden: true}, 'No board matches.');
    const broken = el('p.notice#disconnected', {role: 'status', hidden: true});
    const place_of_form = el('div.form-place');
    const gone = deleted_boards({restored: (board) => {
        if (!cards.has(board.id)) put(board);
        cards.get(board.id).focus();
    }});
    const place_of_new = el('section.card.new', {'aria-labelledby': 'new-heading', hidden: true}, el('h2#new-heading', {}, 'New board'), place_of_form);
    const make = el('button#new-board.primary', {type: 'button', 'aria-expanded': 'false', onclick: () => show_form(place_of_new.hidden)}, 'New board');
    const compact = el('button#compact.filter', {type: 'button', onclick: () => show_compact(!list.classList.contains('compact'))}, 'Compact');
    const dialog = el('dialog#board-dialog.card', {'aria-labelledby': 'board-dialog-heading', onclose: () => dialog.replaceChildren()});
    const newest = (a, b) => (a.created < b.created ? 1 : -1);
    const tools = list_tools({
        name: 'boards',
        states: Object.entries(states).map(([name, {text}]) => [name, text]),
        sorts: {
            newest: ['Newest first', newest],
            viewed: ['Last viewed first', (a, b) => (b.last_viewed || '').localeCompare(a.last_viewed || '') || newest(a, b)],
            title: ['By title', (a, b) => a.title.localeCompare(b.title, 'en', {numeric: true}) || newest(a, b)],
            state: ['By state', (a, b) => Object.keys(states).indexOf(b.state) - Object.keys(states).indexOf(a.state) || newest(a, b)],
        },
        changed: arrange,
    });
    // Only cards in view ask what is in their folder: when they come into view, and when the person returns to the page.
    const in_sight = new Map();  // id -> whether it is
    const looked_at = new IntersectionObserver((entries) => {
        for (const {target: {dataset: {id}}, isIntersecting} of entries) {
            if (isIntersecting && !in_sight.has(id)) cards.get(id)?.look_at_folder();
            if (isIntersecting || in_sight.has(id)) in_sight.set(id, isIntersecting);
        }
    }, {rootMargin: '100px'});
    function come_back() {
        if (document.hidden) return;
        for (const [id, seen_now] of in_sight) if (seen_now) cards.get(id)?.look_at_folder();
    }

    function fits(board) {
        return !is_going(board.id) && tools.fits(board, [board.title, board.logdir, board.id, ...(board.more_logdirs || [])]);
    }

    function order(a, b) {
        return is_pinned(b.id) - is_pinned(a.id) || tools.order(a, b);
    }

    function show_compact(yes) {
        list.classList.toggle('compact', yes);
        compact.setAttribute('aria-pressed', String(yes));
        keep(compact_key, yes ? '1' : '');
    }

    /// Sorts the cards and hides those that do not match.
    function arrange() {
        const boards = [...cards.values()].map((card) => card.board()).sort(order);
        for (const {id} of boards) list.append(cards.get(id).element);
        refresh();
    }

    function refresh() {
        const all = [...cards.values()].filter((card) => !is_going(card.board().id));
        for (const card of cards.values()) card.element.hidden = !fits(card.board());
        const shown = all.filter((card) => !card.element.hidden).length;
        total.textContent = some_of(shown, all.length);
        empty.hidden = all.length > 0;
        none_fits.hidden = all.length === 0 || shown > 0;
        tools.element.hidden = all.length === 0;
        tools.count(all.map((card) => card.board().state));
    }

    function put(board) {
        seen.add(board.id);
        const card = cards.get(board.id);
        if (card) {
            card.update(board);
        } else {
            const made = board_card(board, {edit, duplicate, remove, gone: take, moved: arrange});
            cards.set(board.id, made);
            // Later events never move a card: somebody may be about to press it.
            const after = [...list.children].find((other) => order(board, cards.get(other.dataset.id).board()) < 0);
            list.insertBefore(made.element, after || null);
            looked_at.observe(made.element);
            if (wanted.get('edit') === board.id) edit_when_asked(board);
        }
        if (!batch) refresh();
    }
    // Before the first `synced` the boards arrive one by one; they are counted once, at its end.
    let batch = true;

    function neighbour(id) {
        const shown = [...list.children].filter((element) => !element.hidden);
        const at = shown.findIndex((element) => element.dataset.id === id);
        return cards.get((shown[at + 1] || shown[at - 1])?.dataset.id);
    }

    function take(id) {
        const card = cards.get(id);
        if (!card) return;
        const next = card.element.contains(document.activeElement) ? neighbour(id) || make : null;
        card.element.remove();
        cards.delete(id);
        in_sight.delete(id);
        refresh();
        next?.focus();
    }

    function remove(board) {
        delete_later(board);
        refresh();
    }

    function stays({detail: id}) {
        refresh();
        cards.get(id)?.focus();
    }

    function deleted({detail: id}) {
        take(id);
        gone.refresh();
    }

    async function show_dialog(heading, options) {
        site ??= await asked_site;
        if (!dialog.isConnected) return;
        const inside = board_form({site, prefix: 'edit', cancel: () => dialog.close(), ...options, done(board) {
            dialog.close();
            if (!cards.has(board.id)) put(board);
            options.done(board);
            cards.get(board.id).focus();
        }});
        dialog.replaceChildren(el('h2#board-dialog-heading', {}, heading), inside.element);
        dialog.showModal();
        inside.focus();
    }

    function edit(board) {
        const awake = is_awake(board);
        const failed = board.state === 'failed';
        const submit_text = (changed) => (failed ? 'Save and wake' : awake && changed.some((name) => !without_restart.includes(name)) ? 'Save and restart' : 'Save');
        show_dialog(`Edit ${board.title}`, {board, values: board, submit_text,
            done(changed) {
                announce(`${changed.title} was changed`);
                if (failed) cards.get(board.id)?.wake();
            }});
    }

    /// ?edit= opens the dialog once: a closed dialog does not return with the next reload.
    function edit_when_asked(board) {
        wanted.delete('edit');
        history.replaceState(null, '', '/boards');
        edit(board);
    }

    function duplicate(board) {
        show_dialog(`Copy of ${board.title}`, {values: {...board, title: `${board.title} (copy)`, port: 0}, another: true, submit_text: 'Make board',
            done: (made) => announce(`${made.title} was made`)});
    }

    function fill_form(values) {
        form = board_form({site, prefix: 'new', values, submit_text: 'Make board', async done(board, made) {
            if (!cards.has(board.id)) put(board);
            announce(made ? `${board.title} was made` : `${board.title} shows this folder already`);
            if (wanted.has('new')) history.replaceState(null, '', '/boards');
            cards.get(board.id).focus();
            // The next form offers these options as the last ones.
            form = null;
            show_form(false);
            site = await site_options();
        }});
        place_of_form.replaceChildren(form.element);
    }

    async function show_form(yes) {
        make.setAttribute('aria-expanded', String(yes));
        place_of_new.hidden = !yes;
        if (!yes) return;
        site ??= await asked_site;
        if (!form) fill_form({logdir: wanted.get('logdir') || '', title: wanted.get('title') || ''});
        form.focus();
    }

    main.replaceChildren(
        broken,
        el('div.list-head', {}, el('h1#boards-heading', {}, 'Boards ', total), tools.element, compact, make),
        place_of_new, el('h2.unseen', {}, 'All boards'), empty, none_fits, list, gone.element, dialog);
    if (wanted.has('new')) show_form(true);

    const stop = follow_boards({
        board: put,
        removed: take,
        synced() {
            // Boards that were deleted while the stream was interrupted.
            for (const id of [...cards.keys()]) if (!seen.has(id)) take(id);
            if (wanted.has('edit')) history.replaceState(null, '', '/boards');  // there is no such board
            seen = new Set();
            batch = false;
            refresh();
        },
        connected(yes) {
            if (!yes) {
                seen = new Set();
                batch = true;
            }
            say(broken, yes ? '' : 'The connection to the server was lost. The states may be out of date; reconnecting…');
        },
    });
    show_compact(kept(compact_key) === '1');
    const looking = setInterval(come_back, look_every);
    const timer = setInterval(() => {
        for (const card of cards.values()) {
            take_sample(card.board());
            card.show_usage();
        }
    }, sample_every);
    document.addEventListener('visibilitychange', come_back);
    window.addEventListener(board_stays, stays);
    window.addEventListener(board_deleted, deleted);
    return () => {
        document.removeEventListener('visibilitychange', come_back);
        window.removeEventListener(board_stays, stays);
        window.removeEventListener(board_deleted, deleted);
        stop();
        looked_at.disconnect();
        clearInterval(timer);
        clearInterval(looking);
    };
}
