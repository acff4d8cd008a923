// SPDX-License-Identifier: MIT
// What a node says of its board, which its owner may have written: nothing of it reaches systemd or a page unread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace boardgate::far {

/// One line, not too long, without what only boardgate-far says (`[slurm_`).
[[nodiscard]] std::string text_of_node(std::string_view text);

/// What the head takes of the node's sd_notify(3).
struct Notified {
    bool ready = false;
    bool stopping = false;
    std::optional<std::string> status{};
    std::optional<std::chrono::seconds> more_time{};
};
[[nodiscard]] Notified notified_in(std::string_view lines);

}  // namespace boardgate::far
