// SPDX-License-Identifier: MIT
// What is wrong with the files of a log directory, for the board's owner: codes of notices.inc, and the names of files and
// runs that a notice is about. Names go where the text has `{}`.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boardgate {

struct FileNotice {
    std::string code;
    std::string detail{};  ///< for a person; empty where the text has no `{}`
    friend bool operator==(const FileNotice&, const FileNotice&) = default;
};

/// Collects what was found, and names the first file of each code with the number of the others.
class FileNotices {
public:
    /// `name` is UTF-8; `where` follows it: ` at byte 1234`.
    void add(const char* code, const std::string& name, const std::string& where = {});
    /// Only what `earlier` has as well: a file that is being written may look damaged for a moment.
    [[nodiscard]] FileNotices also_in(const FileNotices& earlier) const;
    [[nodiscard]] std::vector<FileNotice> list() const;

private:
    std::map<std::string, std::map<std::string, std::string>> found_;  ///< code: name: where
};

/// The longest detail, in bytes: a status text of systemd holds some of them (PIPE_BUF).
inline constexpr std::size_t longest_detail = 400;

/// One line for each notice, `code<TAB>detail`, in a file that only its owner writes.
[[nodiscard]] std::string report_text(const std::vector<FileNotice>& notices);
/// Lines that are not of this form are left out.
[[nodiscard]] std::vector<FileNotice> read_report(std::string_view text);

/// `code` or `code=detail` without spaces and brackets, for a status text.
[[nodiscard]] std::string status_word(const FileNotice& notice);
[[nodiscard]] FileNotice from_status_word(std::string_view word);
/// One line of UTF-8: the owner's processes could send anything.
[[nodiscard]] std::string safe_detail(std::string detail);

}  // namespace boardgate
