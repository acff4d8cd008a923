# SPDX-License-Identifier: MIT
"""What an owner of a shared board might send to run in a visitor's browser."""
import json

from machine import until

# Each would set `hit` in the page, or call alert(). MARK shows that the text has been drawn.
MARK = "seen-by-the-visitor"
HIT = "window.hit=1,alert(1)"
PAYLOADS = {
    "a script": f"<script>{HIT}</script>",
    "an onerror": f"<img src=x onerror='{HIT}'>",
    "an onload": f"<svg onload='{HIT}'></svg>",
    "a srcdoc": f"<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "a javascript frame": f"<iframe src='javascript:{HIT}'></iframe>",
    "a javascript link": f"<a id=link href='javascript:{HIT}'>link</a>",
    "a javascript link with a tab": f"<a id=link href='java\tscript:{HIT}'>link</a>",
    "a script of the board": "<script src='data/runs'></script>",
    "an object": "<object data='data:text/html,<script>parent.hit=1</script>'></object>",
    "a form": f"<form action='javascript:{HIT}'><input autofocus onfocus='{HIT}'><button id=link>go</button></form>",
    "a meta refresh": f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
    "a base": "<base href='https://evil.example/'>",
    "a style": "<style>@import 'https://evil.example/x'; body{display:none}</style>",
    "a dom-bind": "<dom-bind><template><iron-selector selected-item='{{node}}' selected='0'><p>x</p></iron-selector>[[alert(node.ownerDocument.title)]]</template></dom-bind>",
    "a dom-repeat": f"<dom-repeat items='[1]'><template><img src=x onerror='{HIT}'></template></dom-repeat>",
    "a dom-if": f"<dom-if if><template><img src=x onerror='{HIT}'></template></dom-if>",
    "a custom element": "<tb-webapp></tb-webapp><vz-projector-app></vz-projector-app>",
    "a details toggle": f"<details open ontoggle='{HIT}'><summary>x</summary></details>",
    "an animation": f"<svg><animate attributeName=x onbegin='{HIT}'></animate></svg>",
    "mutated markup": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={HIT}&gt;'>",
    "mutated noscript": f"<noscript><p title='</noscript><img src=x onerror={HIT}>'>",
}
EXECUTED = "return String(window.hit)"

LISTINGS = {
    "a script's name": {"type": "CUSTOM_ELEMENT", "element_name": "script"},
    "a frame's name": {"type": "CUSTOM_ELEMENT", "element_name": "iframe"},
    "a dom-bind": {"type": "CUSTOM_ELEMENT", "element_name": "dom-bind"},
    "a name that is none": {"type": "CUSTOM_ELEMENT", "element_name": "a b onload=alert(1)"},
    "a javascript module": {"type": "IFRAME", "module_path": "javascript:alert(1)"},
    "a module elsewhere": {"type": "IFRAME", "module_path": "//evil.example/x.js"},
    "polluted keys": {"type": "CUSTOM_ELEMENT", "element_name": "tf-text-dashboard", "__proto__": {"hit": 1}, "constructor": {"prototype": {"hit": 1}}},
}

FIND = """const below = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? below(e.shadowRoot) : [])]);
const all = below(document);"""


def text_answers(markup):
    note = f"<p>{MARK}</p>{markup}"  # an element that is not closed takes what follows
    return {"/data/plugin/text/tags": {"body": json.dumps({"run": ["tag"]})},
            "/data/plugin/text/text": {"body": json.dumps([{"wall_time": 1.0, "step": 1, "text": note}])},
            "/data/runs": {"body": '["run"]'},
            "/data/plugins_listing": {"body": json.dumps({"text": {"enabled": True, "loading_mechanism": {"type": "CUSTOM_ELEMENT", "element_name": "tf-text-dashboard"},
                                                                   "tab_name": "Text", "remove_dom": False, "disable_reload": False}})}}


def no_alert(page):
    try:
        alert = page.driver.switch_to.alert
    except Exception:  # noqa: BLE001 (no alert is open)
        return True
    text = alert.text
    alert.dismiss()
    raise AssertionError(f"it called alert({text!r})")


def odd_elements(page):
    """What markup of the owner's brought into a note, as text."""
    odd = page.driver.execute_script(FIND + """const inside = all.filter((e) => e.localName === 'tf-markdown-view').flatMap((e) => below(e.shadowRoot ?? e));
        return inside.filter((e) => e.matches('script, iframe, object, embed, svg, math, form, input, base, meta, dom-bind, dom-repeat, dom-if, template, tb-webapp')
            || [...e.attributes].some((a) => a.name.startsWith('on') || /javascript:/i.test(a.value))).map((e) => e.outerHTML.slice(0, 200));""")
    # The view's own templates have dom-if and template elements.
    return [each for each in odd if not each.startswith(("<dom-if", "<template", "<dom-repeat")) or "onerror" in each]


def listing_answers(name):
    listing = {"enabled": True, "loading_mechanism": LISTINGS[name], "tab_name": MARK, "remove_dom": False, "disable_reload": False}
    return {**text_answers(""), "/data/plugins_listing": {"body": json.dumps({"text": listing, "__proto__": listing})}}


def listing_runs_nothing(page):
    until("the listing is read", lambda: no_alert(page) and MARK in (page.driver.execute_script(FIND + "return all.map((e) => e.textContent).join(' ')") or ""), 30)
    assert page.driver.execute_script("return [String(window.hit), String({}.hit)]") == ["undefined", "undefined"]


# Data that claims to be a page, with a script that would tell its parent.
PAGE_OF_DATA = {"/data/runs": {"headers": [["Content-Type", "text/html"]], "body": "<script>parent.postMessage('hit', '*')</script>"}}


def page_of_data_runs_nothing(page):
    got = page.driver.execute_async_script("""const done = arguments[0], frame = document.createElement('iframe');
        addEventListener('message', ({data}) => { if (data === 'hit') done('hit'); });
        frame.src = 'data/runs'; frame.onload = frame.onerror = () => setTimeout(done, 500, 'nothing'); document.body.append(frame); setTimeout(done, 4000, 'nothing');""")
    assert got == "nothing"


def templates_of_data_stay_text(page):
    """Polymer takes no template that came with data: its bindings would reach the window."""
    got = page.driver.execute_async_script("""const done = arguments[0];
        const bind = document.createElement('dom-bind'), template = document.createElement('template'), text = document.createElement('p');
        text.className = 'bound';
        text.textContent = '[[word]]';
        template.content.append(text);
        bind.append(template);
        document.body.append(bind);
        setTimeout(() => done([String(customElements.get('dom-bind') !== undefined), document.querySelectorAll('.bound').length]), 1000);""")
    assert got == ["true", 0], got


def markup_of_a_script_is_cleaned(page):
    """Whatever sets markup, the browser asks the default policy of Trusted Types first."""
    got = page.driver.execute_script("""const box = document.createElement('div');
        box.innerHTML = "<b>bold</b><img src=x onerror='window.hit=1'><dom-bind>x</dom-bind>";
        return box.innerHTML;""")
    assert got == "<b>bold</b><img>x", got
