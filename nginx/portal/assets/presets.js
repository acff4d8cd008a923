// SPDX-License-Identifier: MIT
// Above the options: fill them with the last ones, the site's, or what was kept under a name; keep them.
import {attempt, call} from './api.js';
import {announce, el, say} from './dom.js';
import {of_one_board} from './option_fields.js';

/// `fill(values)` puts options into the form, `values()` reads them.
export function preset_row({site, prefix, fill, values}) {
    const presets = new Map((site.presets || []).map((preset) => [preset.name, preset]));
    const choice = el('select', {id: `${prefix}-preset`, onchange: use});
    const name = el('input', {id: `${prefix}-preset-name`, maxlength: '64', autocomplete: 'off', onkeydown: (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();  // not the whole form
        keep();
    }});
    const forget_button = el('button', {type: 'button', onclick: forget}, 'Delete preset');
    const keep_button = el('button', {id: `${prefix}-keep`, type: 'button', onclick: keep}, 'Keep');
    const error = el('p.error', {role: 'alert', hidden: true});

    function list(chosen) {
        choice.replaceChildren(
            el('option', {value: ''}, 'Choose…'),
            ...(site.last ? [el('option', {value: 'last'}, 'As last time')] : []),
            el('option', {value: 'defaults'}, 'Defaults'),
            ...[...presets.keys()].map((key) => el('option', {value: `=${key}`}, key)));
        choice.value = chosen;
        forget_button.hidden = !chosen.startsWith('=');
    }

    /// Forms that are made later offer the same.
    function tell() {
        site.presets = [...presets].map(([key, kept]) => ({name: key, ...kept}));
    }

    function use() {
        forget_button.hidden = !choice.value.startsWith('=');
        if (choice.value === 'last') fill(site.last);
        else if (choice.value === 'defaults') reset();
        else if (choice.value) fill(presets.get(choice.value.slice(1)));
    }

    function reset() {
        fill(site.defaults || {});
        choice.value = 'defaults';
        forget_button.hidden = true;
        announce('All options are the usual ones');
    }

    const show_error = (text) => say(error, text);

    function keep() {
        return attempt(async () => {
            const key = name.value.trim();
            if (!key) {
                say(error, 'Give it a name first.');
                return name.focus();
            }
            const kept = Object.fromEntries(Object.entries(values()).filter(([option]) => !of_one_board.includes(option)));
            await call('PUT', '/presets', {name: key, ...kept});
            presets.set(key, kept);
            tell();
            name.value = '';
            list(`=${key}`);
            return announce(`${key} is kept`);
        }, show_error, keep_button);
    }

    function forget() {
        return attempt(async () => {
            const key = choice.value.slice(1);
            await call('DELETE', `/presets?name=${encodeURIComponent(key)}`);
            presets.delete(key);
            tell();
            list('');
            choice.focus();
            announce(`${key} is deleted`);
        }, show_error, forget_button);
    }

    list('');
    return el('div.presets', {},
        el('div.field', {}, el('label', {for: choice.id}, 'Options from'), choice),
        el('div.buttons', {}, el('button', {id: `${prefix}-reset`, type: 'button', onclick: reset}, 'Reset to defaults'), forget_button),
        el('div.field', {}, el('label', {for: name.id}, 'Keep these as preset'),
            el('div.joined', {}, name, keep_button)),
        error);
}
