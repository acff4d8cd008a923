// SPDX-License-Identifier: MIT
// Requests for runs: the search of the address, its pages, and refreshing them.
import {call} from './api.js';

export const rows_of_page = 100;

/// The part of the address that is about the search, and back.
export function search_of(wanted) {
    return {query: wanted.get('query') || '', root: wanted.get('root') || '', sort: wanted.get('sort') || 'newest', flat: wanted.get('flat') === '1'};
}
export function address_of({query, root, sort, flat}) {
    const parts = new URLSearchParams();
    if (query) parts.set('query', query);
    if (root) parts.set('root', root);
    if (sort !== 'newest') parts.set('sort', sort);
    if (flat) parts.set('flat', '1');
    return parts.size ? `/?${parts}` : '/';
}

/// Numbers are compared across folders, so only these sorts have rows for folders.
export function shows_folders({sort, flat}) {
    return !flat && /^-?(newest|name|bytes)$/.test(sort);
}

export function request_of(search, columns, more = {}) {
    const parts = new URLSearchParams({sort: search.sort, limit: rows_of_page});
    if (search.query.trim()) parts.set('query', search.query.trim());
    if (search.root.trim()) parts.set('root', search.root.trim());
    if (columns.length) parts.set('tags', columns.join('\n'));
    if (shows_folders(search)) parts.set('folders', '1');
    for (const [name, value] of Object.entries(more)) if (value !== null) parts.set(name, value);
    return `/runs?${parts}`;
}

export async function ask_for_page(search, columns, more) {
    return (await call('GET', request_of(search, columns, more))).answer;
}
