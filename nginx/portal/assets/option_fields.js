// SPDX-License-Identifier: MIT
// The options of a board that have a default, as rows of a form: one table for all of this module.
import {el} from './dom.js';

const whole = {type: 'number', step: '1', inputmode: 'numeric'};
const word = {type: 'text', spellcheck: 'false', autocapitalize: 'none'};

/// Name in the API, label, hint, control; `shown` and `sent` convert where the form's value differs from the API's.
const rows = [
    {name: 'environment', label: 'Environment', hint: 'The installed TensorBoard that runs the board', control: environment_control},
    {name: 'engine', label: 'Where it runs', hint: 'On this server, or as a job of Slurm on a node of the cluster', control: engine_control, offered: (site) => site.engines?.length > 1},
    {name: 'loader', label: 'Loader', hint: 'What reads the event files. Automatic is boardgate\'s data server where it was tested with this TensorBoard; Python is slow',
        choices: [['auto', 'Automatic'], ['boardgate', 'boardgate\'s data server'], ['rustboard', 'TensorBoard\'s data server'], ['python', 'Python']]},
    {name: 'reload_interval', label: 'Look for new data every … seconds', hint: 'A longer time puts less load on network file systems; 0: never', input: {...whole, min: '0', max: '86400'}},
    {name: 'samples_per_plugin', label: 'Samples per plugin', hint: 'For example images=100,scalars=500; 0 keeps all', input: {...word, maxlength: '200'}, may_be_empty: true},
    {name: 'idle_sleep', label: 'Sleep after … minutes', hint: 'Without a request; opening the board wakes it again', input: {...whole, step: 'any', min: '1', max: '525600'},
        shown: (seconds) => Math.round(seconds / 6) / 10, sent: (minutes) => Math.round(minutes * 60)},
    {name: 'priority', label: 'Priority', hint: '1 to 100; higher ones wait less and get more CPU', input: {...whole, min: '1', max: '100'}},
    {name: 'port', label: 'Port of its door', hint: 'Empty: any free port', input: {...whole, min: '1', max: '65535'}, shown: (port) => port || '', sent: (port) => port || 0},
    {name: 'reload_multifile', label: 'Watch every event file of a run', hint: 'Not only the newest; for several writers in one folder', input: {type: 'checkbox'}},
    {name: 'host', label: 'Also open it at one address without a login', hint: 'An IP address of this server; empty: only here, after a login', input: {...word, maxlength: '255'}, may_be_empty: true,
        offered: (site) => site.bind_all},
    {name: 'bind_all', label: 'Also open it to the network without a login', hint: 'Anybody who can reach this server can see the board. For demonstrations only', input: {type: 'checkbox'},
        offered: (site) => site.bind_all},
];

export const of_one_board = ['logdir', 'more_logdirs', 'names', 'title', 'port'];

function environment_control(site, attributes) {
    const named = (site.environments || []).map(({name, version}) => [name, version ? `${name} · ${version}` : name]);
    if (!site.own_environments) return select(named, attributes);
    // A name of the list, or the path of the person's own `tensorboard`.
    const list = `${attributes.id}-list`;
    return [el('input', {...word, maxlength: '4095', list, ...attributes}), el('datalist', {id: list}, ...named.map(([value, text]) => el('option', {value}, text)))];
}

function engine_control(site, attributes) {
    const texts = {systemd: 'On this server', slurm: 'On the cluster'};
    return select(site.engines.map((engine) => [engine, texts[engine] ?? engine]), attributes);
}

function select(choices, attributes) {
    return el('select', attributes, ...choices.map(([value, text]) => el('option', {value}, text)));
}

/// `site`: GET /api/v1/options. Ids start with `prefix`. Returns the rows, and functions to read and write them.
export function option_fields(site, prefix) {
    const offered = rows.filter((row) => !row.offered || row.offered(site));
    const controls = new Map();
    const filled = new Map();  // name -> {value, text}: what a control says until somebody changes it
    const elements = offered.map((row) => {
        const id = `${prefix}-${row.name.replaceAll('_', '-')}`;
        const attributes = {id, name: row.name, 'aria-describedby': `${id}-hint`};
        let made;
        if (row.control) made = row.control(site, attributes);
        else if (row.choices) made = select(row.choices, attributes);
        else made = el('input', {...row.input, ...attributes});
        const [control, ...beside] = [made].flat();
        controls.set(row.name, control);
        const label = el('label', {for: id}, row.label);
        const hint = el('p.hint', {id: `${id}-hint`}, row.hint);
        return control.type === 'checkbox' ? el('div.field.check', {}, control, label, hint) : el('div.field', {}, label, control, ...beside, hint);
    });

    function fill(values) {
        for (const {name, shown} of offered) {
            const control = controls.get(name);
            const value = values[name] ?? site.defaults?.[name];
            if (control.type === 'checkbox') control.checked = Boolean(value);
            else control.value = (shown && value !== undefined ? shown(value) : value) ?? '';
            filled.set(name, {value, text: control.value});
        }
    }

    /// The form's values in the API's types. An empty number takes the site's default; another empty option is absent.
    function values() {
        const all = {};
        for (const {name, sent, input, may_be_empty} of offered) {
            const control = controls.get(name);
            if (control.type === 'checkbox') {
                all[name] = control.checked;
            } else if (sent && control.value && control.value === filled.get(name)?.text) {
                all[name] = filled.get(name).value;  // 100 seconds, which it shows as 1.7 minutes
            } else if (input?.type === 'number') {
                if (control.value !== '') all[name] = sent ? sent(Number(control.value)) : Number(control.value);
                else all[name] = name === 'port' ? 0 : site.defaults?.[name];
            } else if (control.value.trim() || may_be_empty) {
                all[name] = control.value.trim();
            }
        }
        return all;
    }

    /// The labels of the options that differ from the site's defaults, without the port that boardgate chose.
    function changed() {
        const now = values();
        const as_usual = (name) => (name === 'port' ? controls.get(name).value === filled.get(name)?.text : now[name] === site.defaults?.[name]);
        return offered.filter(({name}) => !as_usual(name)).map(({label}) => label);
    }

    return {elements, controls, fill, values, changed};
}
