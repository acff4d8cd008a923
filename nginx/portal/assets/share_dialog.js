// SPDX-License-Identifier: MIT
// To whom a board is shown: the dialog of its owner.
import {attempt, call} from './api.js';
import {announce, copy_button, el, say, time} from './dom.js';

const day = (moment) => new Date(moment).toLocaleDateString('en', {day: 'numeric', month: 'long', year: 'numeric'});
const ends = [['', 'no end'], ['7', '1 week'], ['30', '1 month'], ['date', 'a date']];

/// The end of a day in local time.
function end_of_day(text) {
    const [year, month, date] = text.split('-').map(Number);
    return new Date(year, month - 1, date, 23, 59, 59).toISOString();
}

export function share_dialog(board) {
    const path = `/boards/${board.id}/shares`;
    const error = el('p.error#share-error', {role: 'alert', hidden: true});
    const show_error = (text) => say(error, text);
    const list = el('ul.shares', {'aria-label': 'Shown to'});
    const nobody = el('p.quiet', {hidden: true}, 'Nobody but you sees it.');
    const askers = el('div.askers');
    const why_not = el('p.notice', {hidden: true});
    const who = el('input#share-with', {type: 'text', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'share-error', placeholder: 'bob or @group'});
    const until = el('select#share-until', {onchange: () => { date_field.hidden = until.value !== 'date'; }}, ...ends.map(([value, text]) => el('option', {value}, text)));
    const date = el('input#share-date', {type: 'date'});
    const date_field = el('div.field', {hidden: true}, el('label', {for: 'share-date'}, 'Last day'), date);
    const everybody = el('button#share-everybody', {type: 'button', hidden: true, onclick: () => put('everybody', everybody)}, 'Show it to everybody who can log in here');
    const show_it = el('button.primary', {type: 'submit'}, 'Show it');
    const form = el('form.share-form', {onsubmit: submit},
        el('div.field', {}, el('label', {for: 'share-with'}, 'User or group'), who),
        el('div.field', {}, el('label', {for: 'share-until'}, 'Until'), until), date_field,
        el('div.buttons', {}, show_it, everybody));
    const address = new URL(board.url, location.origin).href;
    const element = el('dialog#share-dialog.card', {'aria-labelledby': 'share-heading', onclose: () => element.remove()},
        el('h2#share-heading', {}, `Show “${board.title}” to others`),
        el('p', {}, 'They see its dashboards as they are, and change nothing. What they have seen they may keep.'),
        why_not, askers, form, error, nobody, list,
        el('p.address', {}, 'Address to send: ', el('span.path', {}, address), ' ', copy_button('button.plain', 'Copy', () => address)),
        el('div.buttons', {}, el('a.button', {href: `/shared/${board.id}`}, 'See it as they do'), el('button', {type: 'button', onclick: () => element.close()}, 'Close')));

    function chosen_end() {
        if (until.value === '') return null;
        if (until.value === 'date') return date.value ? end_of_day(date.value) : null;
        return new Date(Date.now() + Number(until.value) * 86400000).toISOString();
    }

    function submit(event) {
        event.preventDefault();
        if (!who.value.trim()) return show_error('Name a user, or a group with @ before it.');
        // Without a day the share would have no end.
        if (until.value === 'date' && !date.value) return show_error('Choose the last day.');
        return put(who.value.trim(), show_it);
    }

    const put = (name, button) => attempt(async () => {
        const end = chosen_end();
        await call('POST', path, {with: name, ...(end ? {until: end} : {})});
        who.value = '';
        announce(`${name} sees it now`);
        await refresh();
        who.focus();
    }, show_error, button);

    const end = (name, button) => attempt(async () => {
        await call('DELETE', `${path}?with=${encodeURIComponent(name)}`);
        announce(`${name} sees it no longer`);
        await refresh();
        who.focus();
    }, show_error, button);

    const dismiss = (name, button) => attempt(async () => {
        await call('DELETE', `/boards/${board.id}/asks?name=${encodeURIComponent(name)}`);
        await refresh();
        who.focus();
    }, show_error, button);

    function asker({name, since}) {
        const show = el('button.primary', {type: 'button', onclick: () => put(name, show)}, `Show it to ${name}`);
        const no = el('button', {type: 'button', onclick: () => dismiss(name, no)}, 'Not now');
        return el('div.notice', {}, el('p', {}, `${name} asks to see this board, `, time(since), '.'), el('div.buttons', {}, show, no));
    }

    function share({with: name, since, until: last, last_viewed: viewed, last_viewed_by: viewer}) {
        const button = el('button', {type: 'button', 'aria-label': `Show it no longer to ${name}`, onclick: () => end(name, button)}, 'Show no longer');
        const looked = viewed ? [' · ', `${viewer === name ? '' : `${viewer} `}looked `, time(viewed)] : [' · nobody looked yet'];
        return el('li', {'data-with': name}, el('span', {}, el('strong', {}, name), ' · since ', time(since), ` · ${last ? `until ${day(last)}` : 'no end'}`, ...looked), button);
    }

    async function refresh() {
        const {answer} = await call('GET', path);
        list.replaceChildren(...answer.shares.map(share));
        nobody.hidden = answer.shares.length > 0;
        askers.replaceChildren(...answer.asked_by.map(asker));
        everybody.hidden = !answer.everybody;
        form.hidden = !answer.possible;
        say(why_not, answer.possible ? '' : `It cannot be shown to others: ${answer.why_not}.`);
    }

    document.body.append(element);
    element.showModal();
    attempt(refresh, show_error);
    who.focus();
    return element;
}
