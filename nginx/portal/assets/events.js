// SPDX-License-Identifier: MIT
// What happens, as it happens. The browser connects again by itself after a break, but gives up when the server
// answers with an error; then this asks again, more and more patiently.
import {call} from './api.js';

/// `listeners`: name of an event -> what takes its data; `connected(bool)`; `path_later` where what was missed is asked
/// for otherwise. Returns the function that ends it.
export function follow(path, listeners, connected = () => {}, path_later = path) {
    let source = null;
    let timer = 0;
    let wait = 1000;

    function connect(where) {
        source = new EventSource(`/api/v1${where}`);
        for (const [name, listen] of Object.entries(listeners)) source.addEventListener(name, (event) => listen(JSON.parse(event.data)));
        source.addEventListener('open', () => {
            wait = 1000;
            connected(true);
        });
        source.addEventListener('error', () => {
            connected(false);
            clearTimeout(timer);
            timer = setTimeout(async () => {
                // When the session has ended, this tells the page.
                await call('GET', '/session').catch(() => {});
                if (source?.readyState !== EventSource.CLOSED) return;
                wait = Math.min(wait * 2, 30000);
                connect(path_later);
            }, wait);
        });
    }

    connect(path);
    return () => {
        clearTimeout(timer);
        source.close();
        source = null;
    };
}

/// My boards: board(board) for each and for every change, removed(id), synced() once all that there are were told.
export function follow_boards({board, removed, synced = () => {}, connected}) {
    return follow('/events', {board, removed: ({id}) => removed(id), synced}, connected);
}
