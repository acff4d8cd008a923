// SPDX-License-Identifier: MIT
// The curves of a board as a page that its owner downloads. The numbers are read from its folders as the owner, so that the board
// need not be awake.
#include <algorithm>
#include <chrono>

#include "src/boardgated/api/api_folders.h"
#include "src/boardgated/api/curves_page.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint16_t most_runs = 100;
constexpr std::size_t most_tags = 24;
constexpr std::chrono::seconds longest_work{60};

/// Adds the curves of `more` to the runs; a run has each tag once.
void add_curves(std::vector<wire::RunFound>& runs, const std::vector<wire::RunFound>& more) {
    for (const wire::RunFound& found : more) {
        const auto run = std::ranges::find(runs, found.path, &wire::RunFound::path);
        if (run == runs.end()) continue;
        for (const wire::Curve& curve : found.curves) {
            if (std::ranges::find(run->curves, curve.tag, &wire::Curve::tag) == run->curves.end()) run->curves.push_back(curve);
        }
    }
}

std::string file_name(const Board& board) { return "curves-" + board.id.str() + ".html"; }

}  // namespace

/// The runs of one folder, with the curves of their most common tags.
ApiResult<FoundRuns> ApiFolders::runs_with_curves(const Token& token, const std::string& folder) {
    const auto until = std::chrono::steady_clock::now() + longest_work;
    wire::FindRuns search;
    search.root = folder;
    search.sort = wire::RunSort::name;
    search.limit = most_runs;
    const auto find = [&]() -> ApiResult<FoundRuns> {
        const auto reader = begin_run_search(token, search);
        if (!reader) return error_of(reader);
        return collect_runs(*reader, search.limit);
    };
    auto found = find();
    if (!found) return found;
    std::vector<std::string> tags = found->end.tags;
    if (tags.size() > most_tags) tags.resize(most_tags);
    for (std::size_t first = 0; first < tags.size() && std::chrono::steady_clock::now() < until; first += wire::longest::curves) {
        const std::size_t end = std::min(tags.size(), first + wire::longest::curves);
        search.tags.assign(tags.begin() + static_cast<std::ptrdiff_t>(first), tags.begin() + static_cast<std::ptrdiff_t>(end));
        const auto more = find();
        if (!more) return error_of(more);
        add_curves(found->runs, more->runs);
    }
    return found;
}

ApiResult<Response> ApiFolders::curves(Call& call) {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const std::string server(call.request.host());
    CurvesPage page{board->options.title,
                    board->owner.str(),
                    server,
                    std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                    {},
                    0};
    const auto folders = folders_of(board->options);
    for (std::size_t i = 0; i < folders.size(); ++i) {
        auto found = runs_with_curves(*call.token, folders[i]);
        if (!found) return error_of(found);
        page.all_runs += found->end.found;
        const std::string name =
            folders.size() == 1 ? "" : (i < board->options.names.size() ? board->options.names[i] : folder_name(folders[i])) + "/";
        for (wire::RunFound& run : found->runs) {
            if (page.runs.size() >= most_runs) break;
            run.name.insert(0, name);
            page.runs.push_back(std::move(run));
        }
    }
    Response response;
    response.body = curves_html(page);
    response.with("Content-Type", "text/html; charset=utf-8")
        .with("Content-Disposition", "attachment; filename=\"" + file_name(*board) + "\"")
        .with("Cache-Control", "no-store");
    return response;
}

}  // namespace boardgate::boardgated
