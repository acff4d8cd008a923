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

/// "3 runs · 2 minutes ago"; "4+" if the count is not complete.
export function contents({runs, newest, complete, readable = true}) {
    if (!readable) return 'not readable';
    if (!runs) return complete ? '' : 'not counted';
    return `${complete ? count(runs, 'run') : `${runs}+ runs`}${newest ? ` · ${ago(newest)}` : ''}`;
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

/// The facts on a board's card about its folder, as nodes.
export async function folder_facts(path) {
    const {here, problem} = await look_into(path);
    if (problem) return problem.field === 'path' ? [sentence(problem.message)] : [];
    if (!here) return ['Its folder cannot be read.'];
    if (!here.newest) return [here.complete ? 'No event files yet' : 'Too large to search'];
    return [`${here.complete ? count(here.runs, 'run') : `${here.runs}+ runs`}, newest event file `, time(here.newest)];
}
