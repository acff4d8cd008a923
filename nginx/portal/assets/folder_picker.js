// SPDX-License-Identifier: MIT
// A field for a folder with completion (the ARIA combobox pattern); the text below it says what the folder holds.
import {announce, count, el} from './dom.js';
import {advice_about, contents, look_at, look_into} from './folders.js';

const settle = 120;
const nothing_named = () => el('p.hint', {}, 'A folder with event files in it or anywhere below.');

/// `name:/a,other:/b`, `/a,/b` or a pattern: the server finds out which folders these are.
function are_several(text) {
    return /[*?[]/.test(text) || /,\s*([^/,:]+:)?[/~]/.test(text) || /^[^/,:]+:[/~]/.test(text);
}

/// `changed(path)` runs after every change, typed or chosen. The form places `advice`.
export function folder_picker({id, value, changed = () => {}, required = true}) {
    const list = el('ul.choices', {id: `${id}-list`, role: 'listbox', 'aria-label': 'Folders', hidden: true});
    const input = el('input', {
        id, name: 'logdir', type: 'text', required, maxlength: '4095', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
        placeholder: '~/', role: 'combobox', 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-controls': list.id,
        'aria-describedby': `${id}-advice`, oninput: () => edited(true), onkeydown: key, onclick: () => { if (list.hidden) later(complete); }, onblur: close,
    });
    const advice = el('div.advice', {id: `${id}-advice`, 'aria-live': 'polite'}, nothing_named());
    let timer = 0;
    let asked = 0;
    let active = -1;
    input.value = value;

    function path() {
        const text = input.value.trim();
        return text.length > 1 ? text.replace(/\/+$/, '') : text;
    }

    function later(work) {
        clearTimeout(timer);
        timer = setTimeout(work, settle);
    }

    function edited(completing) {
        changed(path());
        later(() => {
            if (completing) complete();
            advise();
        });
    }

    async function complete() {
        const mine = ++asked;
        const answer = await look_into(input.value.trim());
        // The person typed on, or left the field, before the answer came.
        if (mine === asked && document.activeElement === input) show(answer.folders);
    }

    function show(folders) {
        const marked = list.children[active]?.dataset.path;
        active = -1;
        input.removeAttribute('aria-activedescendant');
        list.replaceChildren(...folders.map((folder, n) => el('li', {
            id: `${list.id}-${n}`, role: 'option', 'aria-selected': 'false', 'data-path': folder.path, 'data-runs': folder.runs ? '' : null,
            onpointerdown: (event) => event.preventDefault(),  // the focus stays in the field
            onclick: () => choose(folder.path),
        }, el('span.path', {}, `${folder.name}/`), ' ', el('span.hint', {}, contents(folder)))));
        list.hidden = folders.length === 0;
        list.scrollTop = 0;
        input.setAttribute('aria-expanded', String(!list.hidden));
        // A later answer keeps the marked choice: the person may be about to press Enter.
        const again = folders.findIndex(({path: there}) => there === marked);
        if (again >= 0) mark(again);
        if (!list.hidden) announce(count(folders.length, 'folder'));
    }

    function close() {
        clearTimeout(timer);
        asked += 1;
        show([]);
        if (path()) advise();
    }

    function choose(chosen) {
        input.value = `${chosen.replace(/\/$/, '')}/`;
        show([]);
        edited(true);
    }

    function mark(n) {
        list.children[active]?.setAttribute('aria-selected', 'false');
        active = (n + list.children.length) % list.children.length;
        const option = list.children[active];
        option.setAttribute('aria-selected', 'true');
        option.scrollIntoView({block: 'nearest'});
        input.setAttribute('aria-activedescendant', option.id);
    }

    function key(event) {
        if (list.hidden) {
            if (event.key === 'ArrowDown') complete();
            return;
        }
        const {children} = list;
        // As in a shell, Tab takes the marked folder or the only match; otherwise it moves to the next field.
        const offered = children[active] || (children.length === 1 && !input.value.endsWith('/') ? children[0] : null);
        if (event.key === 'ArrowDown') mark(active + 1);
        else if (event.key === 'ArrowUp') mark(active < 0 ? -1 : active - 1);
        else if (event.key === 'Escape') close();
        else if (event.key === 'Enter' && active >= 0) choose(children[active].dataset.path);
        else if (event.key === 'Tab' && !event.shiftKey && offered && offered.dataset.path !== path()) choose(offered.dataset.path);
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    async function advise() {
        const about = path();
        if (are_several(about)) return advice.replaceChildren(el('p.hint', {}, 'Several folders, side by side on one board.'));
        let answer = about ? await look_into(about) : null;
        // A path that the list can complete is not an error.
        if (answer && !answer.here && list.hidden) answer = await look_at(about);
        if (about !== path()) return undefined;
        if (!about.startsWith('/') && answer?.here && answer?.path && document.activeElement !== input) {
            input.value = answer.path;  // the API takes whole paths only
            changed(path());
        }
        const said = answer && advice_about(answer);
        if (!about) advice.replaceChildren(nothing_named());
        else advice.replaceChildren(...(said ? [el(said.good ? 'p.hint' : 'p.notice', {}, said.text, ' ',
            said.instead && el('button.use', {type: 'button', onclick: () => use(said.instead)}, `Use ${said.instead}`))] : []));
        return undefined;
    }

    function use(other) {
        input.value = other;
        input.focus();
        edited(false);
    }

    /// The path, after the server has resolved it.
    async function settled() {
        if (path() && !path().startsWith('/') && !are_several(path())) {
            const answer = await look_into(path());
            if (answer.path) input.value = answer.path;
        }
        return path();
    }

    if (value) later(advise);
    return {element: el('div.picker', {}, input, list), input, advice, path, settled};
}
