// SPDX-License-Identifier: MIT
// Which TensorBoard an environment of boardgate.conf has, read off the names of its installed packages.
#pragma once

#include <string>

namespace boardgate::boardgated {

/// The version of the package `tensorboard` beside `program` (`<root>/bin/tensorboard`), from
/// `<root>/lib/python*/site-packages/tensorboard-<version>.dist-info`; empty when it cannot be told.
[[nodiscard]] std::string tensorboard_version(const std::string& program);

}  // namespace boardgate::boardgated
