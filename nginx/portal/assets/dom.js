// SPDX-License-Identifier: MIT
// Builds elements. Text enters the page only as text nodes, so that no name or path can become markup.

/// el('button.primary#go', {type: 'button', onclick: f}, 'Go'): an element. Skips children and attributes that are `null`.
export function el(what, attributes = {}, ...children) {
    const [tag, ...parts] = what.split(/(?=[.#])/);
    return dress(document.createElement(tag), parts, attributes, children);
}

/// The same for SVG.
export function svg(what, attributes = {}, ...children) {
    const [tag, ...parts] = what.split(/(?=[.#])/);
    return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), parts, attributes, children);
}

function dress(element, parts, attributes, children) {
    for (const part of parts) {
        if (part[0] === '#') element.id = part.slice(1);
        else element.classList.add(part.slice(1));
    }
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/// Sets the element's text and hides the element while the text is empty.
export function say(element, text) {
    element.textContent = text;
    element.hidden = !text;
}

/// For screen readers, which read it out when they are idle.
export function announce(text) {
    document.getElementById('announcer').textContent = text;
}

/// The server writes "the folder does not exist"; the page shows "The folder does not exist."
export function sentence(text) {
    if (!text) return '';
    const first = text[0].toUpperCase() + text.slice(1);
    return /[.!?…]$/.test(first) ? first : `${first}.`;
}

const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});
const steps = [[60, 1, 'second'], [3600, 60, 'minute'], [86400, 3600, 'hour'], [86400 * 30, 86400, 'day'], [86400 * 365, 86400 * 30, 'month']];

/// "2 minutes ago", or "in 2 minutes".
export function ago(moment, now = Date.now()) {
    const seconds = Math.round((now - Date.parse(moment)) / 1000);
    const distance = Math.abs(seconds);
    if (distance < 5) return 'just now';
    const [, size, unit] = steps.find(([below]) => distance < below) || [0, 86400 * 365, 'year'];
    return relative.format(-Math.sign(seconds) * Math.floor(distance / size), unit);
}

const decimal = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/// Bytes with a unit, such as "1.2 MB".
export function bytes(size) {
    const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(size, 1)) / 3)));
    const value = size / 1000 ** step;
    return `${value < 10 && step ? value.toFixed(1) : decimal.format(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
}

export function count(number, what) {
    return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

/// Copies to the clipboard. False if the browser does not allow it.
async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return false;
    }
}

/// A button that copies `text()` and confirms it for a moment.
export function copy_button(what, label, text, attributes = {}) {
    const button = el(what, {type: 'button', ...attributes, onclick: async () => {
        const done = await copy(text());
        button.textContent = done ? 'Copied' : 'Not allowed';
        announce(done ? 'Copied' : 'The browser does not allow copying');
        setTimeout(() => { button.textContent = label; }, 2000);
    }}, label);
    return button;
}

/// A time relative to now; refresh_times() keeps it up to date.
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
