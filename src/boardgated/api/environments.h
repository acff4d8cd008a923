// SPDX-License-Identifier: MIT
// The version of TensorBoard in an environment of boardgate.conf, from the names of its installed packages.
#pragma once

#include <string>

namespace boardgate::boardgated {

/// The version of the package `tensorboard` beside `program` (`<root>/bin/tensorboard`), from
/// `<root>/lib/python*/site-packages/tensorboard-<version>.dist-info`; empty when unknown.
[[nodiscard]] std::string tensorboard_version(const std::string& program);

}  // namespace boardgate::boardgated
