// SPDX-License-Identifier: MIT
// In place of TensorBoard's page for plugins that have a frame: the projector is known; other plugins are programs of the board's
// owner.
const projector = new URLSearchParams(location.search).get('name') === 'projector';
const inside = document.createElement(projector ? 'iframe' : 'p');
if (projector) {
    inside.src = 'plugin/projector/projector_binary.html';
    inside.title = 'Projector';
} else {
    inside.textContent = 'This dashboard is a plugin of the board’s owner, and is not part of a shared board.';
}
document.body.append(inside);
