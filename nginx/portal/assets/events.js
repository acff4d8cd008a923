// SPDX-License-Identifier: MIT
// State changes as they happen. The browser connects again by itself after a break, but gives up when the server
// answers with an error; then this asks again, more and more patiently.
import {call} from './api.js';

/// handlers: board(board), removed(id), synced(), connected(bool). Returns the function that ends it.
export function follow_boards(handlers) {
    let source = null;
    let timer = 0;
    let wait = 1000;

    function connect() {
        source = new EventSource('/api/v1/events');
        source.addEventListener('board', (event) => handlers.board(JSON.parse(event.data)));
        source.addEventListener('removed', (event) => handlers.removed(JSON.parse(event.data).id));
        source.addEventListener('synced', () => {
            wait = 1000;
            handlers.connected(true);
            handlers.synced();
        });
        source.addEventListener('error', () => {
            handlers.connected(false);
            if (source.readyState !== EventSource.CLOSED) return;
            timer = setTimeout(async () => {
                wait = Math.min(wait * 2, 30000);
                // When the session has ended, this tells the page.
                await call('GET', '/session').catch(() => {});
                if (source) connect();
            }, wait);
        });
    }

    connect();
    return () => {
        clearTimeout(timer);
        source.close();
        source = null;
    };
}
