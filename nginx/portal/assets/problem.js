// SPDX-License-Identifier: MIT
// For the page that boardgated writes in place of a board that cannot be shown.
import {fill_header} from './header.js';

fill_header();
