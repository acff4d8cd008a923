// SPDX-License-Identifier: MIT
// All boards, for administrators: their states, what they use, and commands to inspect them. Never a board's content.
import {attempt, call} from './api.js';
import {announce, bytes, copy_button, el, say, time} from './dom.js';
import {list_tools, some_of} from './list_tools.js';
import {state_of, states} from './states.js';

// The event stream holds only a person's own boards, so this view polls.
const look_every = 5000;

/// The label of each limit, and how to write its numbers.
const limit_rows = {
    awake: {text: 'Awake boards'},
    memory: {text: 'Memory of all boards', write: bytes},
    awake_per_user: {text: 'Awake, busiest person', counts: ({state}) => state === 'ready' || state === 'starting'},
    boards_per_user: {text: 'Boards, busiest person', counts: () => true},
    ports: {text: 'Ports'},
};

export function show_administration(main) {
    document.title = 'Administration · boardgate';
    const rows = new Map();
    const body = el('tbody');
    const limits = el('div.limits');
    const error = el('p.error', {role: 'alert', hidden: true});
    const none_fits = el('p.quiet', {hidden: true}, 'No board matches.');
    const table = el('table.wide#all-boards', {}, el('thead', {}, el('tr', {}, ...['Board', 'Owner', 'State', 'Memory', 'CPU', 'Last view'].map((text) => el('th', {scope: 'col'}, text)), el('td'))), body);
    const broken = el('p.notice', {role: 'status', hidden: true});
    const total = el('span.count');
    const show_error = (text) => say(error, text);
    const by = (value) => (a, b) => (value(a) < value(b) ? 1 : -1);
    const tools = list_tools({
        name: 'administration',
        states: Object.entries(states).map(([name, {text}]) => [name, text]),
        sorts: {
            memory: ['Most memory first', by((board) => board.memory || 0)],
            owner: ['By owner', (a, b) => a.owner.localeCompare(b.owner) || (a.created < b.created ? 1 : -1)],
            viewed: ['Last viewed first', by((board) => board.last_viewed || '')],
            newest: ['Newest first', by((board) => board.created)],
        },
        changed: arrange,
    });
    let timer = 0;

    function row(first) {
        let board = first;
        const state = el('span.board-state');
        const memory = el('td', {'data-label': 'Memory'});
        const cpu = el('td', {'data-label': 'CPU'});
        const viewed = el('td', {'data-label': 'Last view'});
        const sleep = el('button.board-sleep', {type: 'button', 'aria-label': `Sleep ${board.owner}’s board ${board.id}`, onclick: () => attempt(async () => {
            await call('POST', `/admin/boards/${board.id}/sleep`);
            announce(`Board ${board.id} is asleep`);
            await look();
        }, show_error, sleep)}, 'Sleep');
        const command = (text) => copy_button('button.plain', `Copy ${text.split(' ')[0]}`, () => text, {title: text, 'aria-label': `Copy: ${text}`});
        const commands = [command(`systemctl status '${board.unit}'`), command(`journalctl -u '${board.unit}'`)];
        const element = el('tr', {'data-id': board.id},
            el('th', {scope: 'row'}, el('span.path', {}, board.id)),
            el('td', {'data-label': 'Owner'}, board.owner), el('td', {'data-label': 'State'}, state), memory, cpu, viewed,
            el('td', {}, el('div.buttons', {}, ...commands, sleep)));
        function update(next) {
            board = next;
            state.dataset.state = board.state;
            state.textContent = state_of(board.state).text;
            memory.textContent = board.memory === null || board.memory === undefined ? '–' : bytes(board.memory);
            cpu.textContent = board.cpu_seconds === null || board.cpu_seconds === undefined ? '–' : `${board.cpu_seconds.toFixed(1)} s`;
            viewed.replaceChildren(board.last_viewed ? time(board.last_viewed) : 'never', board.last_viewed_by ? ` by ${board.last_viewed_by}` : '');
            const had_focus = document.activeElement === sleep;
            sleep.hidden = !state_of(board.state).actions.includes('sleep');
            if (had_focus && sleep.hidden) commands[0].focus();
        }
        update(board);
        return {element, update, board: () => board};
    }

    function arrange() {
        const all = [...rows.values()].sort((a, b) => tools.order(a.board(), b.board()));
        if (all.some((one, n) => body.children[n] !== one.element)) body.append(...all.map((one) => one.element));
        refresh();
    }

    function refresh() {
        const all = [...rows.values()];
        for (const one of all) {
            one.element.hidden = !tools.fits(one.board(), [one.board().owner, one.board().id, one.board().unit]);
        }
        tools.count(all.map((one) => one.board().state));
        const shown = all.filter((one) => !one.element.hidden).length;
        total.textContent = some_of(shown, all.length);
        table.hidden = shown === 0;
        none_fits.hidden = shown > 0 || all.length === 0;
    }

    /// The person with the most of the boards that count: the first to reach a limit per person.
    function busiest(counts) {
        const of = new Map();
        for (const one of rows.values()) if (counts(one.board())) of.set(one.board().owner, (of.get(one.board().owner) || 0) + 1);
        return [...of].sort((a, b) => b[1] - a[1])[0]?.[0];
    }

    function show_limits(all) {
        limits.replaceChildren(...Object.entries(limit_rows).filter(([name]) => all[name]).map(([name, {text: usual, write = String, counts}]) => {
            const {used, most} = all[name];
            const who = counts && busiest(counts);
            const text = who ? `${usual} (${who})` : usual;
            return el('div.limit', {}, el('span', {}, text), el('meter', {min: 0, max: most, value: used, high: most * 0.9, optimum: 0, 'aria-label': text}),
                el('span.hint', {}, `${write(used)} of ${write(most)}`));
        }));
    }

    function add(board) {
        const made = row(board);
        rows.set(board.id, made);
        body.append(made.element);
    }

    async function look() {
        const {answer} = await call('GET', '/admin/boards');
        const there = new Set(answer.boards.map((board) => board.id));
        for (const [id, one] of rows) {
            if (there.has(id)) continue;
            one.element.remove();
            rows.delete(id);
        }
        for (const board of answer.boards) {
            if (rows.has(board.id)) rows.get(board.id).update(board);
            else add(board);
        }
        show_limits(answer.limits);
        // Rows do not move while somebody points at them.
        if (body.matches(':hover, :focus-within')) refresh();
        else arrange();
    }

    async function keep_looking() {
        // Shown once per change, and apart from the errors of buttons.
        if (!document.hidden) {
            let told = '';
            await attempt(look, (text) => { told = text; });
            if (broken.textContent !== told) say(broken, told);
        }
        timer = timer === null ? null : setTimeout(keep_looking, look_every);
    }

    main.replaceChildren(el('h1', {}, 'Administration'), error, broken,
        el('section.card', {'aria-labelledby': 'limits-heading'}, el('h2#limits-heading', {}, 'Limits'), limits),
        el('section.card', {'aria-labelledby': 'all-heading'},
            el('div.list-head', {}, el('h2#all-heading', {}, 'All boards ', total), tools.element),
            none_fits, table));
    keep_looking();
    return () => {
        clearTimeout(timer);
        timer = null;
    };
}
