// SPDX-License-Identifier: MIT
// My runs: the log directories that the server finds, newest first; a click opens the board of one.
import {Problem, attempt, call} from './api.js';
import {announce, bytes, count, el, say, sentence, time} from './dom.js';
import {has_words, some_of} from './list_tools.js';
import {most_more_folders} from './more_folders.js';
import {spark} from './spark.js';
import {is_going} from './undo.js';

const most_compared = 1 + most_more_folders;

function number(value) {
    return Number.isFinite(value) ? Number(value.toPrecision(4)).toLocaleString('en', {maximumSignificantDigits: 4}) : 'no number';
}

function curve({tag, points}) {
    const values = points.map(([, value]) => value).filter(Number.isFinite);
    // The last point unfiltered: people want to see a loss that became NaN.
    return el('div.curve', {title: tag}, spark(values).element, el('span.hint', {}, `${tag} `, el('span.value', {}, number(points.at(-1)?.[1]))));
}

/// Whether both show the same folders, in any order.
function show_the_same(one, other) {
    const folders = ({logdir, more_logdirs = []}) => [logdir, ...more_logdirs].sort().join('\n');
    return folders(one) === folders(other);
}

export function show_runs(main, {wanted}) {
    document.title = 'My runs · boardgate';
    const rows = new Map();
    const list = el('ul#runs.cards');
    const total = el('span.count');
    const progress = el('p#looking.quiet', {role: 'status'}, 'Searching for runs…');
    const error = el('p.error#runs-error', {role: 'alert', hidden: true});
    const search = el('input#search', {type: 'search', placeholder: 'Search', 'aria-label': 'Search', autocomplete: 'off', spellcheck: 'false', oninput: refresh});
    const root = el('input#root', {type: 'text', 'aria-label': 'Search below', placeholder: 'Everywhere', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', value: wanted.get('root') || ''});
    const compare = el('button#compare.primary', {type: 'button', onclick: (event) => open_board(ticked(), event.currentTarget)}, 'Compare');
    const chosen = el('span');
    const bar = el('div.bar.compare', {role: 'region', 'aria-label': 'Comparison', hidden: true}, chosen, compare,
        el('button', {type: 'button', onclick: () => {
            for (const {tick} of rows.values()) tick.checked = false;
            refresh();
            search.focus();
        }}, 'Clear'));
    let my_boards = null;  // a promise
    let source = null;
    let counting = false;

    const show_error = (text) => say(error, text);

    function ticked() {
        return [...rows.values()].filter(({tick}) => tick.checked).map(({run}) => run);
    }

    function ask_for_boards() {
        my_boards = call('GET', '/boards').then(({answer}) => answer.boards, (problem) => {
            if (!(problem instanceof Problem)) throw problem;
            return [];
        });
    }

    /// After "back" the browser shows the page in its old state.
    function come_back({persisted}) {
        if (persisted) ask_for_boards();
    }

    /// Opens the board of these runs, or makes one.
    async function open_board(runs, button) {
        const [first, ...others] = runs.map(({path}) => path);
        await attempt(async () => {
            const boards = await my_boards;
            const names = runs.map(({name}) => name).join(' + ');
            const title = names.length <= 60 ? names : `${runs[0].name} + ${others.length} more`;
            const body = {logdir: first, ...(others.length ? {more_logdirs: others, title} : {})};
            const there = boards.find((board) => show_the_same(board, body) && !is_going(board.id));
            if (there) {
                location.assign(there.url);
                return;
            }
            const {answer} = await call('POST', '/boards', body);
            boards.push(answer);  // for a second click before the board's page loads
            location.assign(answer.url);
        }, show_error, button);
    }

    function put(run) {
        const tick = el('input', {type: 'checkbox', 'aria-label': `Compare ${run.name}`, onchange: refresh});
        const open = el('button.run-open', {type: 'button', 'aria-label': `Board of ${run.name}`, onclick: (event) => open_board([run], event.currentTarget)}, 'Board');
        const slash = run.name.lastIndexOf('/') + 1;
        const element = el('li.run', {'data-path': run.path}, tick,
            el('div.run-name', {title: run.path}, el('span.quiet', {}, run.name.slice(0, slash)), el('strong', {}, run.name.slice(slash)),
                el('p.facts.listed', {}, el('span', {}, run.newest ? time(run.newest) : ''), run.step === null ? null : el('span', {}, `step ${run.step.toLocaleString('en')}`),
                    el('span', {}, bytes(run.bytes)), run.event_files > 1 ? el('span', {}, count(run.event_files, 'event file')) : null)),
            el('div.curves', {}, ...(run.read ? run.curves.map(curve) : [el('span.hint', {}, 'not read yet')])), open);
        // A run that was not read yet comes again, and keeps its place and tick.
        const earlier = rows.get(run.path);
        tick.checked = Boolean(earlier?.tick.checked);
        if (earlier) earlier.element.replaceWith(element);
        else list.append(element);
        rows.set(run.path, {run, element, tick});
    }

    function refresh() {
        let shown = 0;
        for (const {run, element, tick} of rows.values()) {
            element.hidden = !tick.checked && !has_words(run.path, search.value);
            if (!element.hidden) shown += 1;
        }
        total.textContent = some_of(shown, rows.size);
        const some = ticked().length;
        bar.hidden = some < 2;
        chosen.textContent = some > most_compared ? `One board shows at most ${most_compared} runs` : `${some} runs`;
        compare.disabled = some > most_compared;
    }

    /// Runs arrive in bursts: one count per burst keeps the page fast.
    function soon() {
        if (!counting) requestAnimationFrame(() => {
            counting = false;
            refresh();
        });
        counting = true;
    }

    function look(event) {
        event?.preventDefault();
        source?.close();
        rows.clear();
        list.replaceChildren();
        refresh();
        show_error('');
        progress.textContent = 'Searching for runs…';
        const below = root.value.trim() ? `&root=${encodeURIComponent(root.value.trim())}` : '';
        source = new EventSource(`/api/v1/runs?follow=1${below}`);
        source.addEventListener('progress', ({data}) => {
            const {looked_at, found} = JSON.parse(data);
            progress.textContent = `Searching… ${count(looked_at, 'folder')}, ${count(found, 'run')} so far`;
        });
        source.addEventListener('run', ({data}) => {
            put(JSON.parse(data));
            soon();
        });
        source.addEventListener('end', ({data}) => {
            source.close();
            const {roots, found, truncated} = JSON.parse(data);
            const where = roots.join(', ');
            if (!found) progress.textContent = `No runs below ${where}. A run appears here when its training writes event files there.`;
            else progress.textContent = truncated || found > rows.size ? `The newest ${rows.size} runs below ${where}; there are more. Search below a folder to see them.` : `Below ${where}`;
            announce(count(found, 'run'));
        });
        source.addEventListener('problem', ({data}) => {
            source.close();
            progress.textContent = '';
            show_error(sentence(JSON.parse(data).detail));
        });
        source.addEventListener('error', async () => {
            source.close();
            progress.textContent = '';
            // A refused stream has no error text; a plain request has.
            await attempt(() => call('GET', `/runs?limit=1${below}`).then(() => show_error('The search was interrupted. Try again.')), show_error);
        });
    }

    main.replaceChildren(
        el('div.list-head', {}, el('h1#runs-heading', {}, 'My runs ', total),
            el('form.tools', {role: 'search', onsubmit: look}, search, root, el('button', {type: 'submit'}, 'Search again'))),
        progress, error, list, bar);
    look();
    ask_for_boards();
    window.addEventListener('pageshow', come_back);
    return () => {
        window.removeEventListener('pageshow', come_back);
        source.close();
    };
}
