// SPDX-License-Identifier: MIT
// The login: user name and password first; then the prompts of PAM, in PAM's own words.
import {Problem, call} from './api.js';
import {el, say, sentence} from './dom.js';

function text_of(problem) {
    if (problem.code === 'too_many_attempts' && problem.retry_after) return `Too many attempts. Try again in ${problem.retry_after} seconds.`;
    return sentence(problem.message);
}

/// The name of this session in the list: "Firefox on Linux".
export function this_browser(agent = navigator.userAgent) {
    const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([sign]) => agent.includes(sign))?.[1];
    const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Macintosh', 'CrOS', 'Linux'].find((sign) => agent.includes(sign))?.replace('Macintosh', 'Mac').replace('CrOS', 'ChromeOS');
    return [browser || 'Browser', system].filter(Boolean).join(' on ');
}

/// Calls `done(session)` after the login. `notice` says why a new login is needed.
export function show_login(main, {notice, done}) {
    document.title = 'Log in · boardgate';
    const user = el('input#login-user', {
        name: 'username', autocomplete: 'username', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false', required: true, maxlength: '256',
    });
    const password = el('input#login-password', {name: 'password', type: 'password', autocomplete: 'current-password'});
    const fields = el('div.fields');
    const messages = el('div.messages', {role: 'status'});
    const error = el('p#login-error.error', {role: 'alert', hidden: true});
    const submit = el('button#login-submit.primary', {type: 'submit'}, 'Log in');
    const again = el('button', {type: 'button', hidden: true, onclick: () => begin()}, 'Start again');
    const form = el('form', {method: 'post', action: '/login', onsubmit: step}, messages, fields, error, el('div.buttons', {}, submit, again));
    let conversation = null;
    let inputs = [];

    function begin() {
        conversation = null;
        inputs = [];
        password.value = '';
        fields.replaceChildren(el('label', {for: 'login-user'}, 'User name'), user, el('label', {for: 'login-password'}, 'Password'), password);
        messages.replaceChildren();
        say(error, '');
        again.hidden = true;
        submit.textContent = 'Log in';
        (user.value ? password : user).focus();
    }

    /// The prompts of a PAM conversation, with a field each.
    function ask(answer) {
        conversation = answer.conversation;
        inputs = answer.prompts.map((prompt, n) => el(`input#login-answer-${n}`, {
            type: prompt.echo ? 'text' : 'password',
            autocomplete: prompt.echo ? 'one-time-code' : 'off', autocapitalize: 'none', spellcheck: 'false',
        }));
        fields.replaceChildren(...answer.prompts.flatMap((prompt, n) => [el('label', {for: `login-answer-${n}`}, prompt.text.trim()), inputs[n]]));
        messages.replaceChildren(...(answer.messages || []).map((text) => el('p.notice', {}, text)));
        again.hidden = false;
        submit.textContent = 'Continue';
        (inputs[0] || submit).focus();
    }

    async function step(event) {
        event.preventDefault();
        say(error, '');
        submit.disabled = true;
        let question;
        if (conversation) question = {conversation, answers: inputs.map((input) => input.value)};
        // Without a password, PAM sends its own prompts; it may need no password.
        else question = {user: user.value.trim(), ...(password.value ? {password: password.value} : {})};
        question.name = this_browser();
        try {
            const {status, answer} = await call('POST', '/login', question);
            if (status === 202) ask(answer);
            else await done(answer);
        } catch (problem) {
            if (!(problem instanceof Problem)) throw problem;
            begin();
            say(error, text_of(problem));
        } finally {
            submit.disabled = false;
        }
    }

    main.replaceChildren(el('section.card.login', {'aria-labelledby': 'login-heading'},
        el('h1#login-heading', {}, 'Log in'),
        el('p.quiet', {}, `With your account on ${location.hostname}`),
        notice ? el('p.notice', {role: 'status'}, notice) : null,
        form));
    begin();
    return () => {};
}
