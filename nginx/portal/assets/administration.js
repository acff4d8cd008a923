// SPDX-License-Identifier: MIT
// All boards, for administrators: their states, what they use, what each person has, and commands to inspect them; putting
// them to sleep and holding them there. Never a board's content.
import {attempt, call} from './api.js';
import {announce, bytes, copy_button, el, say, time} from './dom.js';
import {list_tools, some_of} from './list_tools.js';
import {held_text, state_of, states} from './states.js';

// The event stream holds only a person's own boards, so this view polls.
const look_every = 5000;
const page_size = 100;

/// The label of each limit, and how to write its numbers.
const limit_rows = {
    awake: {text: 'Awake boards'},
    memory: {text: 'Memory of all boards', write: bytes},
    awake_per_user: {text: 'Awake, busiest person', counts: 'awake'},
    boards_per_user: {text: 'Boards, busiest person', counts: 'boards'},
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
    const dialog = el('dialog#hold-dialog.card', {'aria-labelledby': 'hold-heading', onclose: () => dialog.replaceChildren()});
    const people = el('tbody');
    const more = el('button#more-boards', {type: 'button', hidden: true, onclick: () => {
        limit += page_size;
        attempt(look, show_error, more);
    }}, 'Show more');
    let limit = page_size;
    let all_that_fit = 0;
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
        changed() {
            arrange();
            attempt(look, show_error);
        },
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
        const hold = el('button.board-hold', {type: 'button', onclick: () => ask_reason()});
        const command = (text) => copy_button('button.plain', `Copy ${text.split(' ')[0]}`, () => text, {title: text, 'aria-label': `Copy: ${text}`});
        const commands = [command(`systemctl status '${board.unit}'`), command(`journalctl -u '${board.unit}'`)];

        /// A hold needs a reason, which the owner reads; a release needs none.
        function ask_reason() {
            if (board.held) {
                attempt(async () => {
                    await call('DELETE', `/admin/boards/${board.id}/hold`);
                    announce(`Board ${board.id} is released`);
                    await look();
                }, show_error, hold);
                return;
            }
            const why = el('input', {id: 'hold-reason', maxlength: '500', required: true, autocomplete: 'off'});
            const wrong = el('p.error', {role: 'alert', hidden: true});
            const submit = el('button.primary', {type: 'submit'}, 'Hold');
            dialog.replaceChildren(el('h2#hold-heading', {}, `Hold ${board.owner}’s board ${board.id}`),
                el('form', {novalidate: true, onsubmit: (event) => {
                    event.preventDefault();
                    attempt(async () => {
                        await call('POST', `/admin/boards/${board.id}/hold`, {reason: why.value.trim()});
                        dialog.close();
                        announce(`Board ${board.id} is held`);
                        await look();
                    }, (text) => say(wrong, text), submit);
                }}, el('div.field', {}, el('label', {for: why.id}, 'Reason, which the owner reads'), why), wrong,
                el('div.buttons', {}, submit, el('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'))));
            dialog.showModal();
            why.focus();
        }

        const element = el('tr', {'data-id': board.id},
            el('th', {scope: 'row'}, el('span.path', {}, board.id)),
            el('td', {'data-label': 'Owner'}, board.owner), el('td', {'data-label': 'State'}, state), memory, cpu, viewed,
            el('td', {}, el('div.buttons', {}, ...commands, sleep, hold)));
        function update(next) {
            board = next;
            state.dataset.state = board.state;
            state.textContent = board.held ? 'Held' : state_of(board.state).text;
            state.title = board.held ? held_text(board.held) : '';
            hold.textContent = board.held ? 'Release' : 'Hold';
            hold.setAttribute('aria-label', `${hold.textContent} ${board.owner}’s board ${board.id}`);
            memory.textContent = board.memory === null || board.memory === undefined ? '–' : bytes(board.memory);
            cpu.textContent = board.cpu_seconds === null || board.cpu_seconds === undefined ? '–' : `${board.cpu_seconds.toFixed(1)} s`;
            viewed.replaceChildren(board.last_viewed ? time(board.last_viewed) : 'never', board.last_viewed_by && board.last_viewed_by !== board.owner ? ` by ${board.last_viewed_by}` : '');
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
        total.textContent = some_of(shown, Math.max(all_that_fit, all.length));
        table.hidden = shown === 0;
        const {query, state} = tools.wanted();
        none_fits.hidden = shown > 0 || (all.length === 0 && !query && !state);
    }

    /// The person with the most: the first to reach a limit per person.
    function busiest(totals, counts) {
        return [...totals].sort((a, b) => b[counts] - a[counts])[0]?.user;
    }

    function show_people(totals) {
        people.replaceChildren(...[...totals].sort((a, b) => b.memory - a.memory || b.boards - a.boards).map(({user, boards, awake, memory, cpu_seconds: cpu}) =>
            el('tr', {}, el('th', {scope: 'row'}, user), el('td', {'data-label': 'Boards'}, String(boards)), el('td', {'data-label': 'Awake'}, String(awake)),
                el('td', {'data-label': 'Memory'}, bytes(memory)), el('td', {'data-label': 'CPU'}, `${cpu.toFixed(1)} s`))));
    }

    function show_limits(all, totals) {
        limits.replaceChildren(...Object.entries(limit_rows).filter(([name]) => all[name]).map(([name, {text: usual, write = String, counts}]) => {
            const {used, most} = all[name];
            const who = counts && busiest(totals, counts);
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
        // The server sorts and searches: it sends only what is shown here.
        const {sort, query, state} = tools.wanted();
        const {answer} = await call('GET', `/admin/boards?limit=${limit}&sort=${sort}&query=${encodeURIComponent(query)}&state=${state}`);
        all_that_fit = answer.total;
        more.hidden = answer.cursor === null;
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
        show_limits(answer.limits, answer.people);
        show_people(answer.people);
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
        el('section.card', {'aria-labelledby': 'people-heading'}, el('h2#people-heading', {}, 'People'),
            el('table.wide#people', {}, el('thead', {}, el('tr', {}, ...['Person', 'Boards', 'Awake', 'Memory', 'CPU'].map((text) => el('th', {scope: 'col'}, text)))), people)),
        el('section.card', {'aria-labelledby': 'all-heading'},
            el('div.list-head', {}, el('h2#all-heading', {}, 'All boards ', total), tools.element),
            none_fits, table, more), dialog);
    keep_looking();
    return () => {
        clearTimeout(timer);
        timer = null;
    };
}
