// SPDX-License-Identifier: MIT
// What `boardgate setup` writes into boardgate.conf(5) and nginx-server.conf. Lines that an administrator added stay as
// they are.
#pragma once

#include <string>

namespace boardgate::cli {

/// `key = value` in place of the line that has the key, or of the sample's comment; an empty value makes it a comment.
[[nodiscard]] std::string with_setting(const std::string& text, const std::string& key, const std::string& value);

/// `name value;` in place of the line that has the directive, or at the end. nginx allows each of ours once.
[[nodiscard]] std::string with_directive(const std::string& text, const std::string& name, const std::string& value);
/// The value of a directive of one line; empty when there is none.
[[nodiscard]] std::string directive_in(const std::string& text, const std::string& name);

/// May nginx and browsers know a server by this name or IPv4 address?
[[nodiscard]] bool is_server_name(const std::string& name);

}  // namespace boardgate::cli
