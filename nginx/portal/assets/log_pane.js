// SPDX-License-Identifier: MIT
// The live log of a board: since its newest start, or of an older start, with search, pause, copy and download. The log view and
// the page of a board that is not ready use it.
import {Problem, call} from './api.js';
import {copy_button, count, el, say, sentence} from './dom.js';
import {follow} from './events.js';
import {line_element, plain} from './log_lines.js';

const most_lines = 5000;
const newest = 'newest';
const clock = new Intl.DateTimeFormat(undefined, {timeStyle: 'medium', hourCycle: 'h23'});

/// `id`: of the board; `name`: of the file to download.
export function log_pane({id, name}) {
    const lines = [];  // {time, text, cursor, start}
    const cursors = new Set();
    const starts = new Map();  // invocation -> time of its first line, oldest first
    const batch = [];
    let waiting = [];
    let start_before = 'unknown';
    let paused = false;
    let stop = () => {};
    let stopped = false;
    const log = el('pre.log', {tabindex: '0', 'aria-label': 'Log', role: 'region', hidden: true});
    const search = el('input.log-search', {type: 'search', placeholder: 'Search', 'aria-label': 'Search the log', autocomplete: 'off', spellcheck: 'false', oninput: draw});
    const found = el('span.hint', {role: 'status'});
    const pause = el('button.log-pause', {type: 'button', 'aria-pressed': 'false', onclick: () => set_paused(!paused)}, 'Pause');
    const choice = el('select.log-start', {'aria-label': 'Start', hidden: true, onchange: draw});
    const download = el('a.button.log-download', {href: '#', onclick: make_file}, 'Download');
    const empty = el('p.quiet.log-empty', {hidden: true}, 'The log is empty.');
    const error = el('p.error', {role: 'alert', hidden: true});
    const cut = el('p.hint', {hidden: true}, `This is the end of the log, ${count(most_lines, 'line')}. The server’s journal holds the earlier lines.`);
    const element = el('div.log-pane', {},
        el('div.tools', {}, search, found, choice, pause, copy_button('button.log-copy', 'Copy', () => text_of(shown())), download),
        error, cut, empty, log);

    function newest_is_shown() {
        return !choice.value || choice.value === newest;
    }

    /// The lines of the chosen start that match the search.
    function wanted_of(some) {
        const start = newest_is_shown() ? [...starts.keys()].at(-1) : choice.value;
        const wanted = search.value.toLowerCase();
        return some.filter((line) => line.start === start && (!wanted || plain(line.text).toLowerCase().includes(wanted)));
    }

    function shown() {
        return wanted_of(lines);
    }

    function text_of(some) {
        return some.map(({time, text}) => `${time} ${plain(text)}\n`).join('');
    }

    function make_file() {
        const address = URL.createObjectURL(new Blob([text_of(shown())], {type: 'text/plain'}));
        download.href = address;
        download.download = `${name.replace(/[^\w.-]+/g, '-') || id}.log`;
        // After the click has started the download.
        setTimeout(() => URL.revokeObjectURL(address), 10000);
    }

    function show_log(yes) {
        log.hidden = !yes;
        empty.hidden = yes;
        empty.textContent = search.value ? 'No line matches.' : 'The log is empty.';
    }

    function at_end() {
        return log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    }

    function line_of({time, text}) {
        const line = line_element(text, search.value.toLowerCase());
        const moment = new Date(time);
        line.title = moment.toLocaleString();
        line.dataset.time = clock.format(moment);
        return line;
    }

    /// Draws everything again, after a choice.
    function draw() {
        const some = shown();
        log.replaceChildren(...some.map(line_of));
        say(found, search.value ? count(some.length, 'line') : '');
        show_log(some.length > 0);
        log.scrollTop = log.scrollHeight;
    }

    function name_starts() {
        const before = choice.value;
        const all = [...starts].reverse();
        choice.replaceChildren(...all.map(([start, time], n) => el('option', {value: n ? start : newest}, `${n ? 'Start of' : 'Newest start,'} ${new Date(time).toLocaleString()}`)));
        choice.value = before;
        if (choice.selectedIndex < 0) choice.value = newest;
        choice.hidden = all.length < 2;
    }

    function keep(line) {
        if (cursors.has(line.cursor)) return false;
        cursors.add(line.cursor);
        // A line without a start belongs to the start of the line before.
        line.start ||= start_before;
        start_before = line.start;
        lines.push(line);
        if (lines.length > most_lines) cursors.delete(lines.shift().cursor);
        cut.hidden = lines.length < most_lines;
        return true;
    }

    function take(some) {
        const fresh = some.filter(keep);
        const known = starts.size;
        for (const {start, time} of fresh) if (!starts.has(start)) starts.set(start, time);
        if (starts.size !== known) {
            name_starts();
            // A new start begins on an empty page, unless an older start is shown.
            if (newest_is_shown()) {
                draw();
                return;
            }
        }
        const fitting = wanted_of(fresh);
        if (!fitting.length) return;
        const follow = at_end();
        log.append(...fitting.map(line_of));
        while (log.childElementCount > most_lines) log.firstChild.remove();
        show_log(true);
        if (search.value) say(found, count(log.childElementCount, 'line'));
        if (follow) log.scrollTop = log.scrollHeight;
    }

    function set_paused(yes) {
        paused = yes;
        pause.setAttribute('aria-pressed', String(yes));
        pause.textContent = yes ? 'Continue' : 'Pause';
        if (yes) return;
        take(waiting);
        waiting = [];
    }

    function arrived(line) {
        if (!paused) {
            // Lines arrive in bursts: one redraw per burst keeps the page fast.
            if (!batch.length) requestAnimationFrame(() => take(batch.splice(0)));
            batch.push(line);
            if (batch.length > most_lines) batch.shift();  // a tab that is not seen draws nothing
            return;
        }
        waiting.push(line);
        if (waiting.length > most_lines) waiting.shift();
        pause.textContent = `Continue (${waiting.length} new)`;
    }

    async function start() {
        try {
            take((await call('GET', `/boards/${id}/log?lines=${most_lines}`)).answer.lines);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            say(error, sentence(problem.message));
        }
        show_log(shown().length > 0);
        const stream = `/boards/${id}/log?follow=1`;
        if (!stopped) stop = follow(stream, {line: arrived}, () => {}, `${stream}&lines=${most_lines}`);
    }

    start();
    return {element, stop() {
        stopped = true;
        stop();
    }};
}
