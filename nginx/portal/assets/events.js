// SPDX-License-Identifier: MIT
// Server-sent events. The browser reconnects by itself after a lost connection, but gives up when the server answers
// with an error; then this module retries, with growing pauses.
import {call} from './api.js';

/// `listeners`: event name -> handler of its data; `connected(bool)`; `path_later`: the path for reconnecting, if it
/// differs. Returns a function that ends the stream.
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
                // If the session has ended, this call notifies the page.
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

/// My boards: board(board) for each board and each change, removed(id), synced() after the initial list.
export function follow_boards({board, removed, synced = () => {}, connected}) {
    return follow('/events', {board, removed: ({id}) => removed(id), synced}, connected);
}
