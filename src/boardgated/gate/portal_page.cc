// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/portal_page.h"

#include <fmt/format.h>

namespace boardgate::boardgated {

using namespace fmt::literals;

namespace {
/// The path contains the hash of the content of the portal's files (Makefile).
constexpr const char* assets = "/assets/" BOARDGATE_PORTAL;
}  // namespace

std::string portal_script(const std::string& file) {
    return fmt::format("<script type=\"module\" src=\"{}/{}\"></script>\n", assets, file);
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Response portal_page(int status, const std::string& title, const std::string& user, const std::string& head, const std::string& main) {
    Response response{status, {}, {}};
    response.with("Content-Type", "text/html; charset=utf-8").with("Cache-Control", "no-store");
    response.body =
        fmt::format(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · boardgate</title>
<link rel="icon" href="{assets}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{assets}/style.css">
{head}</head>
<body class="state-page">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/"><img src="{assets}/icon.svg" alt="" width="24" height="24"> boardgate</a>
<nav id="links" aria-label="Views"><a href="/">Runs</a><a href="/boards">Boards</a><a href="/sessions">Sessions</a></nav>
<div id="account" class="account"><span class="user">{user}</span></div>
</header>
{main}</body>
</html>
)",
                    "title"_a = escaped(title), "user"_a = escaped(user), "assets"_a = assets, "head"_a = head, "main"_a = main);
    return response;
}

}  // namespace boardgate::boardgated
