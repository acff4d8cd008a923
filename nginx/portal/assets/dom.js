// SPDX-License-Identifier: MIT
// Elements from code. Text gets into the page as text nodes only, so that no name or path can become markup.

/// el('button.primary#go', {type: 'button', onclick: f}, 'Go'): an element. `null` children and attributes are left out.
export function el(what, attributes = {}, ...children) {
    const [tag, ...parts] = what.split(/(?=[.#])/);
    const element = document.createElement(tag);
    for (const part of parts) {
        if (part[0] === '#') element.id = part.slice(1);
        else element.classList.add(part.slice(1));
    }
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

/// Puts what `text` says into the element and shows it only while there is something.
export function say(element, text) {
    element.textContent = text;
    element.hidden = !text;
}

/// For those who do not see the page: read out when there is time.
export function announce(text) {
    document.getElementById('announcer').textContent = text;
}

/// The server writes "the folder is not there"; on a page that is "The folder is not there."
export function sentence(text) {
    if (!text) return '';
    const first = text[0].toUpperCase() + text.slice(1);
    return /[.!?…]$/.test(first) ? first : `${first}.`;
}

const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});
const steps = [[60, 1, 'second'], [3600, 60, 'minute'], [86400, 3600, 'hour'], [86400 * 30, 86400, 'day'], [86400 * 365, 86400 * 30, 'month']];

export function ago(moment, now = Date.now()) {
    const seconds = Math.max(0, Math.round((now - Date.parse(moment)) / 1000));
    if (seconds < 5) return 'just now';
    const [, size, unit] = steps.find(([below]) => seconds < below) || [0, 86400 * 365, 'year'];
    return relative.format(-Math.floor(seconds / size), unit);
}

/// A moment, said relative to now; refresh_times() keeps it true.
export function time(moment) {
    const element = el('time');
    set_time(element, moment);
    return element;
}

export function set_time(element, moment) {
    element.dateTime = moment;
    element.title = new Date(moment).toLocaleString();
    element.textContent = ago(moment);
}

export function refresh_times() {
    for (const element of document.querySelectorAll('time[datetime]')) element.textContent = ago(element.dateTime);
}
