// SPDX-License-Identifier: MIT
// The form that makes a board. What was left as it is, is not sent: the server knows its own defaults.
import {Problem, call} from './api.js';
import {el, say, sentence} from './dom.js';

function number(value) {
    return value === '' ? undefined : Number(value);
}

/// Rare options: name in the API, label, what it does, the control, and how its value is sent (undefined: not at all).
const advanced = [
    ['environment', 'Environment', 'Which installed TensorBoard; empty: the server’s usual one',
        {maxlength: '64', spellcheck: 'false', autocapitalize: 'none'}, (value) => value.trim() || undefined],
    ['reload_interval', 'Reload every (seconds)', 'Looks for new data, usually every 5; longer is kinder to network file systems; 0: never',
        {type: 'number', min: '0', max: '86400', step: '1', inputmode: 'numeric'}, number],
    ['fast_loader', 'Fast loader', 'It never sees files that were replaced, as by rsync without --inplace; off sees them, and is slower',
        [['', 'Automatic'], ['on', 'On'], ['off', 'Off']], (value) => value || undefined],
    ['reload_multifile', 'Watch every event file of a run', 'Not only its newest; for several writers in one folder',
        {type: 'checkbox'}, (value) => value || undefined],
    ['samples_per_plugin', 'Samples kept', 'Like images=100,scalars=500; 0 keeps all',
        {maxlength: '200', spellcheck: 'false', autocapitalize: 'none'}, (value) => value.trim() || undefined],
    ['priority', 'Priority', '1 to 100, usually 50', {type: 'number', min: '1', max: '100', step: '1', inputmode: 'numeric'}, number],
    ['idle_sleep', 'Sleep after (minutes)', 'Without a request; opening it wakes it again',
        {type: 'number', min: '1', max: '525600', step: '1', inputmode: 'numeric'}, (value) => (value === '' ? undefined : Number(value) * 60)],
    ['port', 'Port of its door', 'Empty: any that is free', {type: 'number', min: '1', max: '65535', step: '1', inputmode: 'numeric'}, number],
];

function control_of(id, settings, hint) {
    const described = {'aria-describedby': hint};
    if (Array.isArray(settings)) return el(`select#${id}`, described, ...settings.map(([value, text]) => el('option', {value}, text)));
    return el(`input#${id}`, {...settings, ...described});
}

function folder_name(path) {
    return path.split('/').filter(Boolean).pop() || '';
}

/// Calls `made(board)`. `wanted` are the parameters of an address like /?new&logdir=/path&title=text.
export function new_board_form({wanted, made}) {
    const logdir = el('input#new-logdir', {
        name: 'logdir', required: true, maxlength: '4095', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
        placeholder: '/home/me/runs', 'aria-describedby': 'new-logdir-hint', oninput: follow_folder,
    });
    const title = el('input#new-title', {name: 'title', maxlength: '200', autocomplete: 'off'});
    const error = el('p#new-error.error', {role: 'alert', hidden: true});
    const submit = el('button#new-submit.primary', {type: 'submit'}, 'Make board');
    const controls = new Map([['logdir', logdir], ['title', title]]);
    const rows = advanced.map(([name, label, hint, settings]) => {
        const id = `new-${name.replaceAll('_', '-')}`;
        const control = control_of(id, settings, `${id}-hint`);
        controls.set(name, control);
        const parts = [el('label', {for: id}, label), control, el('p.hint', {id: `${id}-hint`}, hint)];
        return control.type === 'checkbox' ? el('div.field.check', {}, parts[1], parts[0], parts[2]) : el('div.field', {}, ...parts);
    });
    const more = el('details', {}, el('summary', {}, 'Advanced'), el('div.grid', {}, ...rows));
    const form = el('form', {onsubmit: submit_form, novalidate: true, autocomplete: 'off'},
        el('div.main-fields', {},
            el('div.field', {}, el('label', {for: 'new-logdir'}, 'Log directory'), logdir,
                el('p.hint#new-logdir-hint', {}, 'The folder that holds your event files, from / on')),
            el('div.field', {}, el('label', {for: 'new-title'}, 'Title'), title)),
        more, error, el('div.buttons', {}, submit));

    function follow_folder() {
        title.placeholder = folder_name(logdir.value);
    }

    function options() {
        const values = {logdir: logdir.value.trim(), title: title.value.trim() || undefined};
        for (const [name, , , , value_of] of advanced) {
            const control = controls.get(name);
            values[name] = value_of(control.type === 'checkbox' ? control.checked : control.value);
        }
        return values;
    }

    function blame(problem) {
        say(error, sentence(problem.message));
        const control = controls.get(problem.field);
        if (!control) return;
        control.setAttribute('aria-invalid', 'true');
        if (more.contains(control)) more.open = true;
        control.focus();
    }

    async function submit_form(event) {
        event.preventDefault();
        say(error, '');
        for (const control of controls.values()) control.removeAttribute('aria-invalid');
        if (!logdir.value.trim()) return blame({message: 'Name the folder that holds your event files.', field: 'logdir'});
        for (const [name, control] of controls) {
            if (!control.validity.valid) return blame({message: control.validationMessage, field: name});
        }
        submit.disabled = true;
        try {
            const {answer} = await call('POST', '/boards', options());
            form.reset();
            follow_folder();
            more.open = false;
            made(answer);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            blame(problem);
        } finally {
            submit.disabled = false;
        }
        return undefined;
    }

    logdir.value = wanted.get('logdir') || '';
    title.value = wanted.get('title') || '';
    follow_folder();
    return {
        element: el('section.card.new', {'aria-labelledby': 'new-heading'}, el('h2#new-heading', {}, 'New board'), form),
        focus: () => (logdir.value ? submit : logdir).focus(),
    };
}
