// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/visitor_page.h"

#include <fmt/format.h>

#include "src/boardgated/gate/portal_page.h"

namespace boardgate::boardgated {

Response visitor_page(const BoardId& board) {
    const std::string main = fmt::format(R"(<main id="main" tabindex="-1" data-board="{}">
<section class="card" aria-labelledby="board-heading">
<h1 id="board-heading">Not your board</h1>
<p class="detail">It belongs to somebody else.</p>
<p><a class="button" href="/boards">All my boards</a></p>
</section>
</main>
)",
                                         board.str());
    Response response = portal_page(status_of(Code::not_your_board), "Not your board", "", portal_script("visitor.js"), main);
    response.with("X-Boardgate-Page", "visit");
    return response;
}

}  // namespace boardgate::boardgated
