// SPDX-License-Identifier: MIT
// The form of a board: for a new board, a copy, or changes of a board.
import {Problem, call, keyed_call} from './api.js';
import {el, say, sentence} from './dom.js';
import {folder_picker} from './folder_picker.js';
import {more_folders} from './more_folders.js';
import {option_fields} from './option_fields.js';
import {preset_row} from './presets.js';

export function folder_name(path) {
    return path.split('/').filter(Boolean).pop() || '';
}

/// GET /api/v1/options; without an answer the form still works, with the server's own defaults.
export async function site_options() {
    try {
        return (await call('GET', '/options')).answer;
    } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        return {defaults: {}, presets: [], environments: [{name: 'default'}]};
    }
}

/// `values`: the initial values. With `board`, the form changes that board and sends only the differences; otherwise it
/// opens the board of the folders, or makes one, and with `another` makes one in any case.
/// `submit_text`: of the button; or a function of the names of the changed options.
/// `done(board, made)` runs on success; `cancel`, if given, adds a button that goes back.
export function board_form({site, prefix, values = {}, board = null, another = false, submit_text, done, cancel = null}) {
    const post = keyed_call();
    let foreign = false;  // the form said that a folder is in somebody else's home
    let title_chosen = Boolean(values.title) && values.title !== folder_name(values.logdir || '');
    const picker = folder_picker({id: `${prefix}-logdir`, value: values.logdir || '', changed: follow_folder});
    const logdir = picker.input;
    const title = el('input', {id: `${prefix}-title`, name: 'title', maxlength: '200', autocomplete: 'off', value: values.title || '',
        oninput: () => { title_chosen = title.value !== ''; }});
    const options = option_fields(site, prefix);
    const more_count = el('span.count');
    const error = el('p.error', {id: `${prefix}-error`, role: 'alert', hidden: true});
    const submit = el('button.primary', {id: `${prefix}-submit`, type: 'submit'});
    const others = more_folders({prefix, values: values.more_logdirs || []});
    const more = el('details', {oninput: count}, el('summary', {}, 'Advanced', more_count),
        preset_row({site, prefix, fill, values: () => options.values()}), el('div.grid', {}, ...options.elements), others.add_button);
    const form = el('form', {onsubmit: submit_form, oninput: name_submit, onchange: name_submit, novalidate: true, autocomplete: 'off'},
        el('div.main-fields', {},
            el('div.field', {}, el('label', {for: `${prefix}-logdir`}, 'Log directory'), picker.element, picker.advice),
            el('div.field', {}, el('label', {for: `${prefix}-title`}, 'Title'), title)),
        others.element, more, error,
        el('div.buttons', {}, submit, cancel && el('button', {type: 'button', onclick: cancel}, 'Cancel')));

    function follow_folder(path) {
        if (!title_chosen) title.value = folder_name(path);
    }

    function fill(settings) {
        options.fill(settings);
        count();
        name_submit();
    }

    function count() {
        const changed = options.changed();
        more_count.textContent = changed.length ? ` · changed: ${changed.join(', ')}` : '';
    }

    /// The button says what will happen.
    function name_submit() {
        foreign = false;
        submit.textContent = typeof submit_text === 'function' ? submit_text(Object.keys(different(others.typed()))) : submit_text;
    }

    function different(more_logdirs) {
        const all = {logdir: picker.path(), title: title.value.trim(), ...options.values()};
        if (more_logdirs.length || board?.more_logdirs?.length) all.more_logdirs = more_logdirs;
        const before = board || site.defaults || {};
        const changed = Object.entries(all).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
        // A title that follows the folder must not rename the board that is there.
        const chosen = {port: Boolean(all.port), title: title_chosen && Boolean(all.title)};
        return Object.fromEntries(changed.filter(([name]) => board || (chosen[name] ?? true)));
    }

    async function wanted() {
        return different(await others.paths());
    }

    function controls() {
        return new Map([['logdir', logdir], ['title', title], ...options.controls]);
    }

    function blame(problem) {
        const control = problem.field === 'more_logdirs' ? others.input_of(problem.message) : controls().get(problem.field);
        // The server names the API's field; people know its label.
        const label = control?.labels[0]?.textContent;
        say(error, sentence(label && problem.message.startsWith(`${problem.field} `) ? label + problem.message.slice(problem.field.length) : problem.message));
        if (!control) return;
        control.setAttribute('aria-invalid', 'true');
        if (more.contains(control)) more.open = true;
        control.focus();
    }

    async function submit_form(event) {
        event.preventDefault();
        if (submit.ariaDisabled === 'true') return undefined;
        submit.ariaDisabled = 'true';
        try {
            return await check_and_send();
        } finally {
            submit.ariaDisabled = null;
        }
    }

    /// The owner of a home can put anything in it: a second press is the person's word.
    function ask_all_the_same() {
        foreign = true;
        submit.textContent = board ? 'Save all the same' : 'Make board all the same';
        say(error, 'The folder is in somebody else’s home, where others can put anything. TensorBoard reads it as you.');
    }

    async function check_and_send() {
        say(error, '');
        for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
        if (!await picker.settled()) return blame({message: 'Choose the folder that holds your event files.', field: 'logdir'});
        for (const [name, control] of controls()) {
            if (!control.validity.valid) return blame({message: `${control.labels[0].textContent}: ${control.validationMessage}`, field: name});
        }
        try {
            const body = {...await wanted(), ...(foreign ? {foreign} : {})};
            const {status, answer} = await (board ? call('PATCH', `/boards/${board.id}`, body) : post('POST', '/boards', another ? {...body, new: true} : body));
            done(answer, status === 201);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            if (problem.code === 'logdir_foreign' && site.foreign && !foreign) return ask_all_the_same();
            blame(problem);
        }
        return undefined;
    }

    fill(board || {...site.last, ...values});
    if (!title_chosen) follow_folder(logdir.value);
    name_submit();
    return {element: form, focus: () => (logdir.value && !board ? submit : logdir).focus()};
}
