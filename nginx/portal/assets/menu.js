// SPDX-License-Identifier: MIT
// Actions that are rarely wanted, behind one button.
import {el} from './dom.js';

/// `items`: buttons and links. The menu closes after a choice, on Escape, and when something else is used.
export function menu(label, items) {
    const summary = el('summary.more.button', {}, 'More', el('span.unseen', {}, ` for ${label}`));
    const element = el('details.menu', {onkeydown: key, onfocusout: left}, summary, el('div.menu-items', {}, ...items));

    // Before what was chosen happens: a dialog gives the focus back to where it was.
    element.addEventListener('click', (event) => {
        if (!event.target.closest('.menu-items button, .menu-items a')) return;
        summary.focus();
        element.open = false;
    }, true);

    function key(event) {
        if (event.key !== 'Escape' || !element.open) return;
        event.stopPropagation();
        element.open = false;
        summary.focus();
    }

    function left(event) {
        if (event.relatedTarget && !element.contains(event.relatedTarget)) element.open = false;
    }

    return {element, name: (text) => { summary.lastChild.textContent = ` for ${text}`; }};
}

// A press beside an open menu closes it; it has no focus to lose in browsers that focus no buttons.
document.addEventListener('pointerdown', (event) => {
    for (const open of document.querySelectorAll('details.menu[open]')) if (!open.contains(event.target)) open.open = false;
});
