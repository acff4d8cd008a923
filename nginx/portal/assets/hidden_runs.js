// SPDX-License-Identifier: MIT
// The runs that a person hides, by path. This browser keeps them.
import {keep, kept} from './list_tools.js';

const key = 'boardgate-hidden-runs';
const most = 1000;

function kept_paths() {
    try {
        const paths = JSON.parse(kept(key) || '[]');
        return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string').slice(-most) : [];
    } catch {
        return [];
    }
}

export function hidden_runs() {
    const paths = new Set(kept_paths());
    const store = () => keep(key, JSON.stringify([...paths].slice(-most)));
    return {
        has: (path) => paths.has(path),
        add(more) {
            for (const path of more) paths.add(path);
            store();
        },
        clear() {
            paths.clear();
            store();
        },
    };
}
