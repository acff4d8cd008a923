// SPDX-License-Identifier: MIT
// Runs first in the pages of a view, which a sandboxed frame shows: their origin is nobody's, so that there is neither storage nor
// cookie. This script gives TensorBoard what it needs to run without them, and hardens its templates: the data is another
// person's. The sandbox is the wall (nginx/view.conf); this is in front of it. boardgate-frontend publishes the file.
(() => {
    'use strict';
    const place = new URL('.', document.currentScript.src).href;  // .../frontend/<version>/view/
    const files = new URL('..', place).href;
    const portal = `${location.protocol}//${location.host}`;
    const define = (on, name, more) => Object.defineProperty(on, name, {configurable: true, ...more});

    // ---- what a page without an origin lacks ----
    class Memory {
        #kept = new Map();
        get length() { return this.#kept.size; }
        key(at) { return [...this.#kept.keys()][at] ?? null; }
        getItem(key) { return this.#kept.get(String(key)) ?? null; }
        setItem(key, value) { this.#kept.set(String(key), String(value)); }
        removeItem(key) { this.#kept.delete(String(key)); }
        clear() { this.#kept.clear(); }
    }
    for (const name of ['localStorage', 'sessionStorage']) define(window, name, {value: new Memory()});
    define(document, 'cookie', {get: () => '', set() {}});

    // ---- requests: no cookies, and no header that a browser would ask about first ----
    const simple = new Set(['accept', 'accept-language', 'content-language']);
    const type_of = (type) => (/^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i.test(type) ? type : 'text/plain');
    // The first page of the view is the portal's own frame; those inside it have another parent.
    const is_first = location.pathname.split('/').length === 4;
    const parent_page = is_first && window.parent !== window ? window.parent : null;
    const tell = (what) => parent_page?.postMessage(what, portal);
    const answered = (status) => { if (status === 401 || status === 403 || status === 503) tell({ended: status}); };

    const set_header = XMLHttpRequest.prototype.setRequestHeader;
    XMLHttpRequest.prototype.setRequestHeader = function setRequestHeader(name, value) {
        const lower = String(name).toLowerCase();
        if (simple.has(lower)) set_header.call(this, name, value);
        else if (lower === 'content-type') set_header.call(this, name, type_of(String(value)));
    };
    define(XMLHttpRequest.prototype, 'withCredentials', {get: () => false, set() {}});
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...body) {
        this.addEventListener('loadend', () => answered(this.status));
        return send.apply(this, body);
    };
    const ask = window.fetch;
    window.fetch = async (what, options = {}) => {
        const asked = what instanceof Request ? what : null;
        const headers = new Headers();
        for (const [name, value] of new Headers(options.headers ?? asked?.headers ?? {})) {
            if (simple.has(name)) headers.set(name, value);
            // The browser writes that of a form, with its boundary.
            else if (name === 'content-type' && !(options.body instanceof FormData)) headers.set(name, type_of(value));
        }
        const answer = await ask(what, {...options, headers, mode: 'cors', credentials: 'omit'});
        answered(answer.status);
        return answer;
    };

    // ---- workers: a page without an origin starts them from memory only ----
    const own_urls = new Set();
    const BrowsersWorker = window.Worker;
    window.Worker = function Worker(what) {
        const file = new URL(String(what), document.baseURI).pathname.split('/').at(-1);
        if (file !== 'chart_worker.js') throw new TypeError('a view has one worker only');
        const text = `const p = self.trustedTypes?.createPolicy('default', {createScriptURL: (u) => u, createScript: () => null, createHTML: () => null});importScripts(${JSON.stringify(`${files}chart_worker.js`)});`;
        const url = URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
        own_urls.add(url);
        return new BrowsersWorker(url);
    };

    // ---- markup: the tags that TensorBoard's own server leaves in notes ----
    const tags = new Set('A BLOCKQUOTE BR CODE DEL EM H1 H2 H3 H4 H5 H6 HR I B IMG LI OL P PRE STRONG SUB SUP TABLE TBODY TD TFOOT TH THEAD TR UL DIV SPAN'.split(' '));
    // Their content is no text for people.
    const dropped = new Set('SCRIPT STYLE TEMPLATE NOSCRIPT IFRAME FRAME OBJECT EMBED APPLET SVG MATH TITLE TEXTAREA XMP NOEMBED NOFRAMES PLAINTEXT SELECT LINK META BASE'.split(' '));
    const attributes = {A: {href: /^(https?:|mailto:|#)/i, title: /^/}, IMG: {src: /^data:image\/(png|jpeg|gif|webp|bmp);/i, alt: /^/, title: /^/}, TD: {align: /^\w+$/}, TH: {align: /^\w+$/}};
    const types = window.trustedTypes;
    const inert = types?.createPolicy('boardgate-inert', {createHTML: (html) => html});
    const cleaned = types?.createPolicy('boardgate-cleaned', {createHTML: (html) => html});
    const parser = new DOMParser();
    const trusted_parse = (html) => parser.parseFromString(inert ? inert.createHTML(html) : html, 'text/html');

    function copy(from, to, out) {
        for (const node of from.childNodes) {
            if (node.nodeType === Node.TEXT_NODE) {
                to.append(out.createTextNode(node.data));
            } else if (node.nodeType === Node.ELEMENT_NODE && !dropped.has(node.nodeName.toUpperCase())) {
                const known = node.namespaceURI === 'http://www.w3.org/1999/xhtml' && tags.has(node.nodeName);
                const element = known ? out.createElement(node.nodeName) : to;
                for (const [name, form] of Object.entries((known && attributes[node.nodeName]) || {})) {
                    const value = node.getAttribute(name);
                    if (value !== null && form.test(value.trim())) element.setAttribute(name, value.trim());
                }
                if (known && node.nodeName === 'A') {
                    element.setAttribute('rel', 'noreferrer noopener');
                    element.setAttribute('target', '_blank');
                }
                copy(node, element, out);
                if (known) to.append(element);
            }
        }
    }
    function clean(html) {
        const text = String(html);
        if (!/[<&]/.test(text)) return text;
        const out = document.implementation.createHTMLDocument('');
        copy(trusted_parse(text).body, out.body, out);
        return out.body.innerHTML;
    }

    // TensorBoard's own templates are in its files, which run now; what comes later is data.
    const reading_own_file = () => document.currentScript?.src?.startsWith(files) === true;
    types?.createPolicy('default', {
        createHTML: (html) => (reading_own_file() ? html : clean(html)),
        createScript: (text) => (reading_own_file() ? text : null),
        createScriptURL: (url) => (own_urls.has(url) ? url : null),
    });

    window.Polymer = {
        // Data cannot bring templates of its own (dom-bind and the like), whose bindings reach the window.
        strictTemplatePolicy: true,
        sanitizeDOMValue(value, name, type, node) {
            if (typeof value !== 'string') return value;
            const lower = String(name).toLowerCase();
            if (lower === 'innerhtml' || lower === 'outerhtml') return cleaned ? cleaned.createHTML(clean(value)) : clean(value);
            if (lower.startsWith('on') || lower === 'srcdoc') return '';
            const loads = ['href', 'src', 'xlink:href', 'action', 'formaction', 'data', 'poster'].includes(lower);
            if (loads && /^[\s\0-\x20]*(javascript|vbscript):/i.test(value.replace(/[\t\n\r]/g, ''))) return '';
            if (lower === 'src' && node?.nodeName === 'SCRIPT') return '';
            return value;
        },
    };

    // ---- the portal's page keeps the place of this one in its address ----
    let last = '';
    function moved() {
        const now = {search: location.search, hash: location.hash};
        if (last === now.search + now.hash) return;
        last = now.search + now.hash;
        tell({moved: now});
    }
    if (is_first) {
        for (const name of ['pushState', 'replaceState']) {
            const change = history[name];
            history[name] = function (...given) {
                change.apply(this, given);
                moved();
            };
        }
        window.addEventListener('hashchange', moved);
        window.addEventListener('popstate', moved);
    }
})();
