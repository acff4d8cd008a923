// SPDX-License-Identifier: MIT
// Runs, the first view: what the server finds below the roots, as a tree, searched and sorted on the server. One press opens
// the board of a run or a folder.
import {Problem, attempt, call} from './api.js';
import {announce, copy_button, count, el, say, sentence} from './dom.js';
import {hidden_runs} from './hidden_runs.js';
import {some_of} from './list_tools.js';
import {most_more_folders} from './more_folders.js';
import {pinned_boards} from './pinned.js';
import {run_columns} from './run_columns.js';
import {run_notes} from './run_notes.js';
import {run_plot, tags_of} from './run_plot.js';
import {run_row} from './run_row.js';
import {address_of, ask_for_page, request_of, search_of} from './run_search.js';
import {is_going, stay} from './undo.js';

const most_compared = 1 + most_more_folders;
/// Of the rows on the screen, while the page is visible.
const refresh_every = 5000;
/// While a sort still needs reading.
const read_on_after = 1000;

function clock(moment) {
    return new Date(moment).toLocaleTimeString('en', {hour: '2-digit', minute: '2-digit', hour12: false});
}

export function show_runs(main, {wanted}) {
    document.title = 'Runs · boardgate';
    let search = search_of(wanted);
    let pages = [];  // {cursor: of its request, items}
    let next = null;  // the cursor of the next page
    let last = null;  // the latest answer, without its rows
    let source = null;
    let asked = 0;  // the number of the latest search: earlier answers are dropped
    let loading = false;
    let typing = 0;
    const seen = new Set();  // elements on the screen

    const list = el('ul#runs.cards');
    const rest = el('div#rest.rest');
    const total = el('span.count');
    const progress = el('p#looking.quiet', {role: 'status'}, 'Searching for runs…');
    const error = el('p.error#runs-error', {role: 'alert', hidden: true});
    const query = el('input#search', {type: 'search', placeholder: 'Search all runs', 'aria-label': 'Search all runs', autocomplete: 'off', spellcheck: 'false', value: search.query, oninput: typed});
    const root = el('input#root', {type: 'text', 'aria-label': 'Search below', placeholder: 'Everywhere', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', value: search.root});
    const flat = el('button#flat.filter', {type: 'button', 'aria-pressed': String(!search.flat), onclick: () => change({flat: !search.flat})}, 'Folders');
    const columns = run_columns({sort_by: (sort) => change({sort}), choose: () => look()});
    const more = el('button#more-runs', {type: 'button', hidden: true, onclick: load_more}, 'Show more');
    const compare = el('button#compare.primary', {type: 'button', onclick: (event) => open_several(ticked(), event.currentTarget)}, 'Open together');
    const chosen = el('span');
    const metric = el('select#metric', {'aria-label': 'Metric', onchange: draw});
    const plot = el('div');
    const copy = copy_button('button#copy-paths', 'Copy paths', () => ticked().map(({path}) => path).join('\n'));
    const notes = run_notes({
        changed: () => { for (const item of items()) item.show(); },
        show_error: (text) => show_error(text),
    });
    const bar = el('div.bar.compare', {role: 'region', 'aria-label': 'Comparison', hidden: true}, plot, notes.element, el('div.buttons', {}, chosen, metric, compare, copy,
        el('button#hide', {type: 'button', onclick: () => hide(ticked())}, 'Hide'),
        el('button', {type: 'button', onclick: () => {
            for (const {tick} of items()) if (tick) tick.checked = false;
            show_ticked();
            query.focus();
        }}, 'Clear')));
    const pinned = pinned_boards();
    const hidden = hidden_runs();

    const show_error = (text) => say(error, text);
    const items = () => pages.flatMap((page) => page.items);
    const ticked = () => items().filter(({tick}) => tick?.checked).map((item) => item.row());
    const find = (path, kind) => items().find((item) => item.row().path === path && item.row().kind === kind);

    // ---- opening ------------------------------------------------------------------------------------------------
    /// A board that is opened is not deleted.
    async function go_to({id, url}) {
        await stay(id);
        location.assign(url);
    }

    /// The server opens the board that shows these folders already.
    async function open(row, button) {
        await attempt(async () => {
            if (row.board) {
                await go_to({id: row.board, url: `/b/${row.board}/`});
                return;
            }
            const {answer} = await call('POST', '/boards', {logdir: row.path});
            row.board = answer.id;  // for a second press before the board's page loads
            await go_to(answer);
        }, show_error, button);
    }

    async function open_several(rows, button) {
        const [first, ...others] = rows.map(({path}) => path);
        await attempt(async () => {
            const names = rows.map(({name}) => name).join(' + ');
            const body = {logdir: first, more_logdirs: others, title: names.length <= 60 ? names : `${rows[0].name} + ${others.length} more`};
            await go_to((await call('POST', '/boards', body)).answer);
        }, show_error, button);
    }

    // ---- comparing ----------------------------------------------------------------------------------------------
    function draw() {
        plot.replaceChildren(run_plot(ticked(), metric.value) || '');
    }

    function show_ticked() {
        const rows = ticked();
        notes.choose(rows);
        bar.hidden = !rows.length;
        if (bar.hidden) return;
        chosen.textContent = rows.length > most_compared ? `One board shows at most ${most_compared} runs` : count(rows.length, 'run');
        compare.disabled = rows.length > most_compared;
        compare.hidden = rows.length < 2;
        const tags = tags_of(rows);
        if ([...metric.options].map(({value}) => value).join('\n') !== tags.join('\n')) {
            const before = metric.value;
            metric.replaceChildren(...tags.map((tag) => el('option', {value: tag}, tag)));
            if (tags.includes(before)) metric.value = before;
        }
        metric.hidden = !tags.length;
        draw();
    }

    // ---- hiding -------------------------------------------------------------------------------------------------
    /// The counts are of all runs.
    function hide(rows) {
        hidden.add(rows.map(({path}) => path));
        show_hidden();
        query.focus();
    }

    function show_hidden() {
        for (const {element, tick, row} of items()) {
            element.hidden = Boolean(tick) && hidden.has(row().path);
            if (element.hidden) tick.checked = false;
        }
        if (last) show_rest();
        show_ticked();
    }

    // ---- rows ---------------------------------------------------------------------------------------------------
    const in_sight = new IntersectionObserver((entries) => {
        for (const {target, isIntersecting} of entries) {
            if (isIntersecting) seen.add(target);
            else seen.delete(target);
            if (target === more && isIntersecting) load_more();
        }
    }, {rootMargin: '200px'});

    function item_of(row) {
        const item = run_row(row, {open, toggle, is_going, ticked: show_ticked, columns: columns.tags, note: notes.of});
        item.element.hidden = Boolean(item.tick) && hidden.has(row.path);
        in_sight.observe(item.element);
        return item;
    }

    function drop(item) {
        in_sight.unobserve(item.element);
        seen.delete(item.element);
        item.element.remove();
    }

    function empty(page) {
        for (const item of page.items) drop(item);
        page.items = [];
    }

    /// Rows of a page that was asked for again. A row never moves: somebody may be about to press it.
    function merge(page, rows) {
        const there = new Map(page.items.map((item) => [item.row().kind + item.row().path, item]));
        let before = null;
        for (const row of rows) {
            const item = there.get(row.kind + row.path);
            if (item) {
                item.update(row);
                there.delete(row.kind + row.path);
                before = item;
            } else if (!find(row.path, row.kind)) {
                const made = item_of(row);
                page.items.splice(before ? page.items.indexOf(before) + 1 : 0, 0, made);
                if (before) before.element.after(made.element);
                else if (page.items[1]) page.items[1].element.before(made.element);
                else list.append(made.element);
                before = made;
            }
        }
        // Rows below an opened folder are not of this page's answer.
        for (const item of there.values()) {
            if (item.element.dataset.inside || item.tick?.checked) continue;
            page.items.splice(page.items.indexOf(item), 1);
            drop(item);
        }
    }

    function add(page, row) {
        const item = item_of(row);
        page.items.push(item);
        list.append(item.element);
    }

    /// Opens or closes the rows below a folder's row.
    async function toggle(item) {
        const {path, depth} = item.row();
        const page = pages.find(({items: some}) => some.includes(item));
        if (item.is_open()) {
            for (const below of items().filter((other) => other !== item && other.row().path.startsWith(`${path}/`) && other.row().depth > depth)) {
                for (const one of pages) one.items = one.items.filter((other) => other !== below);
                drop(below);
            }
            item.set_open(false);
            show_ticked();
            return;
        }
        item.set_open(true);
        await attempt(async () => {
            const answer = await ask_for_page({...search, root: path}, columns.tags());
            if (!item.is_open()) return;
            let after = item;
            for (const row of answer.runs) {
                const made = item_of({...row, depth: row.depth + depth + 1});
                made.element.dataset.inside = path;
                page.items.splice(page.items.indexOf(after) + 1, 0, made);
                after.element.after(made.element);
                after = made;
            }
            if (answer.cursor) {
                const all = el('li.folder', {'data-depth': Math.min(depth + 1, 4), 'data-inside': path},
                    el('a.button', {href: address_of({...search, root: path}), 'data-view': ''}, `All ${count(answer.found, 'run')} in ${item.row().name}`));
                after.element.after(all);
                page.items.splice(page.items.indexOf(after) + 1, 0, {element: all, tick: null, row: () => ({path: `${path}/`, depth: depth + 1, kind: 'more', curves: []}), show() {}, update() {}});
            }
        }, show_error);
    }

    // ---- what was found -----------------------------------------------------------------------------------------
    function places() {
        return last.elsewhere.map(({path, runs, complete}) => el('p', {}, `There ${runs === 1 ? 'is' : 'are'} ${complete ? '' : 'more than '}${count(runs, 'run')} in ${path}. `,
            el('a.button', {href: address_of({...search, root: path}), 'data-view': ''}, `Look in ${path}`),
            el('span.hint', {}, ' An administrator can add it to run_roots in boardgate.conf.')));
    }

    function nothing_found() {
        const where = last.roots.join(', ');
        if (search.query.trim() && last.all) return [el('p.quiet', {}, `None of ${count(last.all, 'run')} below ${where} matches.`)];
        return [el('p.quiet', {}, `No runs below ${where}. A run appears here when its training writes event files there.`), ...places(),
            last.elsewhere.length ? null : el('p.quiet', {}, 'If your event files are elsewhere, name their folder above, next to the search.'),
            el('p', {}, el('a.button', {href: '/boards?new', 'data-view': ''}, 'New board'))].filter(Boolean);
    }

    /// What is not a row: counted, and said.
    function show_rest() {
        const lines = [];
        if (!last.found) lines.push(...nothing_found());
        if (last.without_points) lines.push(el('p', {}, el('button.plain', {type: 'button', id: 'pointless', onclick: (event) => show_pointless(event.currentTarget)},
            `▸ ${count(last.without_points, 'run')} without a point`)));
        const away = items().filter(({element}) => element.hidden).length;
        if (away) lines.push(el('p', {}, el('button#show-hidden.plain', {type: 'button', onclick: () => {
            hidden.clear();
            show_hidden();
            query.focus();
        }}, `${count(away, 'hidden run')}: show`)));
        if (last.copies) lines.push(el('p.quiet', {}, `${count(last.copies, 'more run')} in .ipynb_checkpoints or .snapshot. A board of a folder above them shows them, too.`));
        if (last.left_out) lines.push(el('p.quiet', {}, `${count(last.left_out, 'run')} not shown: a path with a tab, a line break or text that is not UTF-8 cannot be a log directory.`));
        for (const folder of last.silent) lines.push(el('p.notice', {}, `${folder} does not answer. What is below it is not shown.`));
        if (last.truncated && !last.silent.length) lines.push(el('p.notice', {}, `The search ended after ${count(last.looked_at, 'folder')}: there may be more. Name a folder to search below.`));
        rest.replaceChildren(...lines);
    }

    async function show_pointless(button) {
        await attempt(async () => {
            const {runs} = await ask_for_page(search, columns.tags(), {without_points: '1', folders: null});
            button.replaceWith(el('span', {}, `${count(last.without_points, 'run')} without a point:`));
            rest.append(el('ul.cards', {}, ...runs.map((row) => el('li.path', {}, row.path))));
        }, show_error, button);
    }

    function show_answer(answer) {
        const {runs, ...about} = answer;
        last = about;
        total.textContent = some_of(last.found, Math.max(last.all, last.found));
        const parts = [`Below ${last.roots.join(', ')}`, `as of ${clock(last.as_of)}`];
        if (last.sorted < last.found) parts.push(`sorted over ${last.sorted.toLocaleString('en')} of ${last.found.toLocaleString('en')}`);
        progress.textContent = parts.join(' · ');
        columns.show(last.tags, search.sort);
        show_rest();
        show_ticked();
    }

    function take_page(cursor, answer) {
        const page = {cursor, items: []};
        pages.push(page);
        for (const row of answer.runs) add(page, row);
        set_next(answer.cursor);
        show_answer(answer);
    }

    function set_next(cursor) {
        next = cursor;
        more.hidden = !next;
        // The observer tells once per change: a button that stayed in view must be observed anew.
        in_sight.unobserve(more);
        if (next) in_sight.observe(more);
    }

    // ---- asking -------------------------------------------------------------------------------------------------
    function reset() {
        asked += 1;
        source?.close();
        source = null;
        seen.clear();
        for (const item of items()) in_sight.unobserve(item.element);
        pages = [];
        set_next(null);
        show_error('');
        return asked;
    }

    /// The first search shows its progress; later ones are fast and replace the rows immediately.
    function look() {
        const turn = reset();
        list.replaceChildren();
        rest.replaceChildren();
        show_ticked();
        progress.textContent = 'Searching for runs…';
        const rows = [];
        source = new EventSource(`/api/v1${request_of(search, columns.tags(), {follow: '1'})}`);
        const listen = (name, use) => source.addEventListener(name, (event) => { if (turn === asked) use(event); });
        let early = [];  // the first rows of what was found until now
        let drawing = 0;
        /// Rows that somebody may be about to press stay where they are.
        let stays = null;
        function show_early() {
            drawing = 0;
            if (turn !== asked || stays !== null) return;
            if (!pages.length) pages.push({cursor: null, items: []});
            merge(pages[0], early);
        }
        listen('progress', ({data}) => {
            const {looked_at, found} = JSON.parse(data);
            early = [];
            if (looked_at) progress.textContent = `Searching… ${count(looked_at, 'folder')}, ${count(found, 'run')} so far`;
        });
        listen('early', ({data}) => {
            early.push({...JSON.parse(data), early: true});
            drawing ||= setTimeout(show_early, 30);
        });
        listen('run', ({data}) => {
            const row = JSON.parse(data);
            rows.push(row);
            if (!pages.length) pages.push({cursor: null, items: []});
            if (stays === null) {
                stays = pages[0].items.length > 0 && (list.matches(':hover, :focus-within') || ticked().length > 0);
                if (!stays) empty(pages[0]);
            }
            if (stays) return;
            // On slow storage a run comes once more, when it was read.
            const earlier = row.kind === 'run' && find(row.path, row.kind);
            if (earlier) earlier.update(row);
            else add(pages[0], row);
        });
        listen('end', ({data}) => {
            source.close();
            if (!pages.length) pages.push({cursor: null, items: []});
            // On slow storage the last row of a run is what was read.
            if (stays !== false) merge(pages[0], [...new Map(rows.map((row) => [row.kind + row.path, row])).values()]);
            const answer = {...JSON.parse(data), runs: rows};
            set_next(answer.cursor);
            show_answer(answer);
            announce(count(answer.found, 'run'));
        });
        listen('problem', ({data}) => {
            source.close();
            progress.textContent = '';
            show_error(sentence(JSON.parse(data).detail));
        });
        listen('error', async () => {
            source.close();
            progress.textContent = '';
            // A refused stream has no error text; a plain request has.
            await attempt(() => call('GET', request_of(search, columns.tags(), {limit: 1})).then(() => show_error('The search was interrupted. Try again.')), show_error);
        });
    }

    /// The same list, searched or sorted anew.
    async function look_quickly() {
        const turn = reset();
        await attempt(async () => {
            const answer = await ask_for_page(search, columns.tags());
            if (turn !== asked) return;
            list.replaceChildren();
            take_page(null, answer);
            announce(count(answer.found, 'run'));
        }, show_error);
    }

    async function load_more() {
        if (loading || !next) return;
        loading = true;
        const turn = asked;
        await attempt(async () => {
            const cursor = next;
            const answer = await ask_for_page(search, columns.tags(), {cursor});
            if (turn !== asked || cursor !== next) return;
            answer.runs = answer.runs.filter((row) => !find(row.path, row.kind));
            take_page(cursor, answer);
        }, show_error);
        loading = false;
    }

    function change(part) {
        const new_root = 'root' in part && part.root !== search.root;
        search = {...search, ...part};
        flat.setAttribute('aria-pressed', String(!search.flat));
        history.replaceState(null, '', address_of(search));
        if (new_root) look();
        else look_quickly();
    }

    function typed() {
        clearTimeout(typing);
        typing = setTimeout(() => change({query: query.value}), 200);
    }

    /// Asks again for the pages with rows on the screen.
    async function refresh() {
        if (document.hidden || loading || !last || (source && source.readyState !== EventSource.CLOSED)) return;
        const turn = asked;
        const visible = pages.filter((page, n) => n === 0 && last.sorted < last.found || page.items.some(({element}) => seen.has(element)));
        try {
            for (const page of visible.length ? visible : pages.slice(0, 1)) {
                const answer = await ask_for_page(search, columns.tags(), {cursor: page.cursor});
                if (turn !== asked) return;
                const sorting = last.sorted < last.found || answer.sorted < answer.found;
                if (sorting && page === pages[0] && pages.length === 1 && !ticked().length) {
                    empty(page);
                    for (const row of answer.runs) add(page, row);
                } else {
                    merge(page, answer.runs);
                }
                if (page === pages.at(-1)) set_next(answer.cursor);
                show_answer(answer);
            }
        } catch (problem) {
            // "as of" stays where it is; the next round may succeed.
            if (!(problem instanceof Problem)) throw problem;
        }
    }

    let timer = 0;
    function keep_refreshing() {
        timer = setTimeout(async () => {
            await refresh();
            if (timer) keep_refreshing();
        }, last && last.sorted < last.found ? read_on_after : refresh_every);
    }

    function come_back() {
        if (!document.hidden) refresh();
    }

    main.replaceChildren(
        el('div.list-head', {}, el('h1#runs-heading', {}, 'Runs ', total),
            el('form.tools', {role: 'search', onsubmit: (event) => {
                event.preventDefault();
                clearTimeout(typing);
                search.query = query.value;
                search.root = root.value.trim();
                history.replaceState(null, '', address_of(search));
                look();
            }}, query, root, columns.list, flat, columns.menu, el('button', {type: 'submit'}, 'Refresh'), el('a.button', {href: '/boards?new', 'data-view': ''}, 'New board'))),
        pinned.element, progress, error, columns.heads, list, more, rest, bar);
    columns.show([], search.sort);
    notes.load();
    look();
    keep_refreshing();
    document.addEventListener('visibilitychange', come_back);
    window.addEventListener('pageshow', come_back);
    return () => {
        document.removeEventListener('visibilitychange', come_back);
        window.removeEventListener('pageshow', come_back);
        clearTimeout(timer);
        clearTimeout(typing);
        timer = 0;
        asked += 1;
        source?.close();
        in_sight.disconnect();
        pinned.stop();
    };
}
