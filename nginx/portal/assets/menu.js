// SPDX-License-Identifier: MIT
// A menu of rarely used actions.
import {el} from './dom.js';

/// `items`: buttons and links. The menu closes after a choice, on Escape, and when the focus leaves it.
export function menu(label, items) {
    const summary = el('summary.more.button', {}, 'More', el('span.unseen', {}, ` for ${label}`));
    const element = el('details.menu', {onkeydown: key, onfocusout: left}, summary, el('div.menu-items', {}, ...items));

    // Close before the action runs: a dialog returns the focus to the element that had it.
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

// A press outside closes an open menu; some browsers do not focus buttons, so the menu may have no focus to lose.
document.addEventListener('pointerdown', (event) => {
    for (const open of document.querySelectorAll('details.menu[open]')) if (!open.contains(event.target)) open.open = false;
});
