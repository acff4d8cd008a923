// SPDX-License-Identifier: MIT
// The contents of folders, as boardgate-logdirs reads them with the user's own permissions.
import {Problem, call} from './api.js';
import {ago, count, sentence, time} from './dom.js';

const fresh_for = 5000;
const answers = new Map();  // path -> {asked, answer}

// The server answers a few requests for folders per person at a time; a page full of cards would send more.
const most_at_once = 2;
const most_tries = 5;
const queue = [];
let asking = 0;

function turn() {
    return new Promise((begin) => {
        queue.push(begin);
        next();
    });
}

function next() {
    if (asking >= most_at_once || !queue.length) return;
    asking += 1;
    queue.shift()();
}

/// {problem} if the server refuses.
async function ask(query) {
    await turn();
    try {
        for (let tries = 1; ; tries += 1) {
            try {
                return (await call('GET', `/logdirs?${query}`)).answer;
            } catch (problem) {
                if (!(problem instanceof Problem)) throw problem;
                if (problem.code !== 'busy' || tries === most_tries) return {folders: [], here: null, problem};
                await new Promise((again) => { setTimeout(again, 500 * tries); });
            }
        }
    } finally {
        asking -= 1;
        next();
    }
}

/// The contents of a folder, or the folders that complete a path. Cached for a moment: typing repeats requests.
export function look_into(path) {
    const known = answers.get(path);
    if (known && performance.now() - known.asked < fresh_for) return known.answer;
    const answer = ask(`complete=1&path=${encodeURIComponent(path)}`);
    for (const [other, {asked}] of answers) if (performance.now() - asked > fresh_for) answers.delete(other);
    answers.set(path, {answer, asked: performance.now()});
    return answer;
}

/// The same for a complete path; if the folder cannot be read, the reason.
export async function look_at(path) {
    const answer = await look_into(path);
    return answer.here || answer.problem ? answer : ask(`path=${encodeURIComponent(path)}`);
}

function runs_text(runs, complete) {
    return complete ? count(runs, 'run') : `more than ${count(runs, 'run')}`;
}

/// "3 runs · 2 minutes ago"; "more than 4 runs" if the count is not complete.
export function contents({runs, newest, complete, readable = true}) {
    if (!readable) return 'not readable';
    if (!runs) return complete ? '' : 'not counted';
    return `${runs_text(runs, complete)}${newest ? ` · ${ago(newest)}` : ''}`;
}

/// Advice about choosing this folder: {text, good, instead}, or null if nothing is known.
export function advice_about({here, suggestion, problem}) {
    if (problem) return problem.field === 'path' ? {text: sentence(problem.message), good: false} : null;
    if (!here) return null;
    const instead = suggestion?.path === here.path ? null : suggestion?.path;
    if (suggestion && instead) return {text: sentence(suggestion.why), good: false, instead};
    if (here.runs) return {text: `${contents(here)}.`, good: true};
    if (!here.complete) return {text: 'This folder is too large to search.', good: true};
    return {text: 'This folder holds no event files yet. Its board shows them as soon as there are any.', good: false};
}

/// The facts on a board's card about its folders together, as nodes.
export async function folder_facts(paths) {
    const answers_of = await Promise.all(paths.map(look_into));
    const {problem} = answers_of.find((answer) => answer.problem) || {};
    if (problem) return problem.field === 'path' ? [sentence(problem.message)] : [];
    if (answers_of.some(({here}) => !here)) return [paths.length > 1 ? 'One of its folders cannot be read.' : 'Its folder cannot be read.'];
    const runs = answers_of.reduce((sum, {here}) => sum + here.runs, 0);
    const complete = answers_of.every(({here}) => here.complete);
    const newest = answers_of.map(({here}) => here.newest).filter(Boolean).sort().at(-1);
    if (!newest) return [complete ? 'No event files yet' : 'Too large to search'];
    return [`${runs_text(runs, complete)}, newest event file `, time(newest)];
}
