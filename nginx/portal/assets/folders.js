// SPDX-License-Identifier: MIT
// What lies in folders, as the server's folder reader sees it with the user's own rights.
import {Problem, call} from './api.js';
import {ago, count, sentence, time} from './dom.js';

const fresh_for = 5000;
const answers = new Map();  // path -> {asked, answer}

// The server lets a person ask about a few folders at a time; a page full of cards, and a second page, want more.
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

/// {problem} when the server says no.
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

/// What is there, or the folders whose names begin so. Remembered for a moment: typing asks for the same again and again.
export function look_into(path) {
    const known = answers.get(path);
    if (known && performance.now() - known.asked < fresh_for) return known.answer;
    const answer = ask(`complete=1&path=${encodeURIComponent(path)}`);
    for (const [other, {asked}] of answers) if (performance.now() - asked > fresh_for) answers.delete(other);
    answers.set(path, {answer, asked: performance.now()});
    return answer;
}

/// The same about a path that was typed to its end: where no such folder can be read, why.
export async function look_at(path) {
    const answer = await look_into(path);
    return answer.here || answer.problem ? answer : ask(`path=${encodeURIComponent(path)}`);
}

/// "3 runs · 2 minutes ago"; "4+" where not everything was counted.
export function contents({runs, newest, complete, readable = true}) {
    if (!readable) return 'not readable';
    if (!runs) return complete ? '' : 'not looked through';
    return `${complete ? count(runs, 'run') : `${runs}+ runs`}${newest ? ` · ${ago(newest)}` : ''}`;
}

/// What somebody should know who is about to name this folder: {text, good, instead}, or null where nothing is known.
export function advice_about({here, suggestion, problem}) {
    if (problem) return problem.field === 'path' ? {text: sentence(problem.message), good: false} : null;
    if (!here) return null;
    const instead = suggestion?.path === here.path ? null : suggestion?.path;
    if (suggestion && instead) return {text: sentence(suggestion.why), good: false, instead};
    if (here.runs) return {text: `${contents(here)}.`, good: true};
    if (!here.complete) return {text: 'Too large to look through.', good: true};
    return {text: 'No event files here yet. A board on it waits for the first one.', good: false};
}

/// What a board's card says about its folder, as nodes.
export async function folder_facts(path) {
    const {here, problem} = await look_into(path);
    if (problem) return problem.field === 'path' ? [sentence(problem.message)] : [];
    if (!here) return ['Its folder cannot be seen.'];
    if (!here.newest) return [here.complete ? 'No event files yet' : 'Too large to look through'];
    return [`${here.complete ? count(here.runs, 'run') : `${here.runs}+ runs`}, newest event file `, time(here.newest)];
}
