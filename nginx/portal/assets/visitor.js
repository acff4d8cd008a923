// SPDX-License-Identifier: MIT
// For the page that boardgated writes at the address of somebody else's board (src/boardgated/gate/visitor_page.cc).
import {session_ended} from './api.js';
import {el} from './dom.js';
import {fill_header} from './header.js';
import {show_offer} from './offer.js';
import {show_visit} from './visit.js';

const main = document.querySelector('main[data-board]');

fill_header();
document.body.append(el('div#announcer.unseen', {role: 'status', 'aria-live': 'polite'}));
// The server redirects to the login, and back here after it.
window.addEventListener(session_ended, () => location.reload());
show_visit(main, main.dataset.board, {not_shown: (card) => show_offer(card, main.dataset.board, card.querySelector('#ask-owner'))});
