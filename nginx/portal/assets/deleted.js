// SPDX-License-Identifier: MIT
// The boards that were deleted in the last 30 days: an address may stand in a paper.
import {attempt, call} from './api.js';
import {announce, el, say, time} from './dom.js';

/// Asks the server when it is opened. `restored(board)` runs after a board came back.
export function deleted_boards({restored}) {
    const error = el('p.error', {role: 'alert', hidden: true});
    const none = el('p.quiet', {hidden: true}, 'No board was deleted in the last 30 days.');
    const list = el('ul#deleted.deleted');
    const element = el('details#deleted-boards.card', {ontoggle: refresh}, el('summary', {}, 'Deleted boards'), error, none, list);

    function row(board) {
        const button = el('button.restore', {type: 'button', 'aria-label': `Restore ${board.title}`, onclick: () => attempt(async () => {
            const {answer} = await call('POST', `/boards/${board.id}/restore`);
            announce(`${board.title} is restored`);
            line.remove();
            none.hidden = list.children.length > 0;
            restored(answer);
        }, (text) => say(error, text), button)}, 'Restore');
        const line = el('li', {'data-id': board.id}, el('span', {}, el('strong', {}, board.title), ' ', el('span.path', {}, [board.logdir, ...(board.more_logdirs || [])].join(' + '))),
            el('span.hint', {}, 'deleted ', time(board.deleted), ', kept until ', new Date(board.kept_until).toLocaleDateString()), button);
        return line;
    }

    async function refresh() {
        if (!element.open) return;
        await attempt(async () => {
            const {answer} = await call('GET', '/boards?deleted=1');
            list.replaceChildren(...answer.boards.map(row));
            none.hidden = answer.boards.length > 0;
        }, (text) => say(error, text));
    }

    return {element, refresh};
}
