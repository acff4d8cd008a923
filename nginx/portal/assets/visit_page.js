// SPDX-License-Identifier: MIT
// For /shared/<id>: a board as visitors see it. Its owner may look, too.
import {is_board_id, session_ended} from './api.js';
import {fill_header} from './header.js';
import {show_visit} from './visit.js';

const id = location.pathname.split('/').at(-1);
const main = document.getElementById('main');

fill_header();
window.addEventListener(session_ended, () => location.assign(`/login${is_board_id(id) ? `?board=${id}` : ''}`));
if (is_board_id(id)) show_visit(main, id);
else location.replace('/shared');
