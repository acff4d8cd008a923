// SPDX-License-Identifier: MIT
// Above the options: fills them from the last board, the site's defaults or a preset, and saves presets.
import {attempt, call} from './api.js';
import {announce, el, say} from './dom.js';
import {of_one_board} from './option_fields.js';

/// `fill(values)` sets the form's options, `values()` reads them.
export function preset_row({site, prefix, fill, values}) {
    const presets = new Map((site.presets || []).map((preset) => [preset.name, preset]));
    const choice = el('select', {id: `${prefix}-preset`, onchange: use});
    const name = el('input', {id: `${prefix}-preset-name`, maxlength: '64', autocomplete: 'off', onkeydown: (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();  // not the whole form
        keep();
    }});
    const forget_button = el('button', {type: 'button', onclick: forget}, 'Delete preset');
    const keep_button = el('button', {id: `${prefix}-keep`, type: 'button', onclick: keep}, 'Save');
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

    /// Later forms offer the same presets.
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
        announce('All options have their defaults');
    }

    const show_error = (text) => say(error, text);

    function keep() {
        return attempt(async () => {
            const key = name.value.trim();
            if (!key) {
                say(error, 'Enter a name for the preset first.');
                return name.focus();
            }
            const kept = Object.fromEntries(Object.entries(values()).filter(([option]) => !of_one_board.includes(option)));
            await call('PUT', '/presets', {name: key, ...kept});
            presets.set(key, kept);
            tell();
            name.value = '';
            list(`=${key}`);
            return announce(`${key} was saved`);
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
            announce(`${key} was deleted`);
        }, show_error, forget_button);
    }

    list('');
    return el('div.presets', {},
        el('div.field', {}, el('label', {for: choice.id}, 'Options from'), choice),
        el('div.buttons', {}, el('button', {id: `${prefix}-reset`, type: 'button', onclick: reset}, 'Reset to defaults'), forget_button),
        el('div.field', {}, el('label', {for: name.id}, 'Save these as a preset'),
            el('div.joined', {}, name, keep_button)),
        error);
}
