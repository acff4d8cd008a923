// SPDX-License-Identifier: MIT
// The thin bar on TensorBoard's page (boardgate-frontend adds it, and keeps room for it): back to boardgate, the board, its
// state, and a way to log in again. Below its own address is all that this page may ask for.
const [, id] = location.pathname.match(/^\/b\/([a-z2-9]{8})\/$/) || [];
const styles = `:host{all:initial;position:fixed;inset:0 0 auto;z-index:9;height:28px}
nav{display:flex;align-items:center;gap:12px;height:28px;padding:0 12px;background:#1b2230;color:#e4e8ef;font:13px/28px system-ui,sans-serif;white-space:nowrap}
a{color:#a9c5ff}a:focus-visible{outline:2px solid #fff}
b{overflow:hidden;text-overflow:ellipsis}
.ended{background:#7a1712;color:#fff}.ended a{color:#fff}
#by{color:#a0aabb}
@media(max-width:30rem){#by{display:none}}`;
const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), {textContent: text, ...more});
const title = make('b', '');
const by = make('span', '', {id: 'by'});
const state = make('span', '', {role: 'status'});
const nav = make('nav', '', {ariaLabel: 'boardgate'});
nav.append(make('a', '‹ boardgate', {href: '/'}), title, by, state);

function ended() {
    if (nav.className) return;
    nav.className = 'ended';
    const link = make('a', 'Log in again', {href: '/login'});
    // The place as it is when the link is used: TensorBoard keeps its view in the address.
    const aim = () => { link.href = `/login?board=${id}&at=${encodeURIComponent(location.search + location.hash)}`; };
    for (const event of ['focus', 'pointerdown', 'click']) link.addEventListener(event, aim);
    aim();
    state.replaceChildren('Your session has ended. ', link);
}

async function look() {
    if (document.hidden) return;
    const answer = await fetch(`/b/${id}/_boardgate`).catch(() => null);
    if (answer?.status === 401) return ended();
    if (!answer?.ok) {
        state.textContent = answer?.status === 404 ? 'This board was deleted' : 'The server does not answer';
        return;
    }
    const about = await answer.json();
    nav.className = '';
    title.textContent = about.title;
    by.textContent = `by ${about.owner}`;
    const text = about.state === 'ready' ? '' : `The board is ${about.state}. Load the page again to wake it.`;
    if (state.textContent !== text) state.textContent = text;
}

if (id) {
    const host = document.createElement('div');
    const root = host.attachShadow({mode: 'open'});
    root.append(make('style', styles), nav);
    document.body.prepend(host);
    look();
    setInterval(look, 20000);
    document.addEventListener('visibilitychange', look);
    // A refused request of TensorBoard's own is the earliest sign.
    new PerformanceObserver((list) => { if (list.getEntries().some((entry) => entry.responseStatus === 401 && !entry.name.endsWith('/_boardgate'))) look(); }).observe({type: 'resource'});
}
