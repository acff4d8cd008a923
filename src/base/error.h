// SPDX-License-Identifier: MIT
// Errors that people can act on, and the result type that carries them.
#pragma once

#include <tl/expected.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace boardgate {

/// An error that can be shown: what happened, to what, and the remedy.
struct Error {
    std::string what;      ///< what happened, a lower-case phrase without full stop: "cannot open"
    std::string subject;   ///< to what; printed quoted; may be empty
    std::string remedy;    ///< what the reader can do; may be empty
    int sys = 0;           ///< errno(3) value; 0 if there is none
    bool lasting = false;  ///< restarting does not help until somebody corrects it

    /// One line: `cannot open "/x": No such file or directory; create it`.
    [[nodiscard]] std::string text() const {
        std::string out = what;
        if (!subject.empty()) out += " \"" + subject + "\"";
        if (sys != 0) out += std::string(": ") + std::strerror(sys);
        if (!remedy.empty()) out += "; " + remedy;
        return out;
    }
};

template <class T>
using Result = tl::expected<T, Error>;

/// An error of a system call, with the current errno.
[[nodiscard]] inline tl::unexpected<Error> system_error(std::string what, std::string subject = {}, int sys = errno) {
    return tl::make_unexpected(Error{std::move(what), std::move(subject), {}, sys});
}

[[nodiscard]] inline tl::unexpected<Error> failure(std::string what, std::string subject = {}, std::string remedy = {}) {
    return tl::make_unexpected(Error{std::move(what), std::move(subject), std::move(remedy), 0});
}

/// Passes on the error of a failed result: `return error_of(opened);`.
template <class T, class E>
[[nodiscard]] tl::unexpected<E> error_of(const tl::expected<T, E>& failed) {
    return tl::make_unexpected(failed.error());
}

}  // namespace boardgate
