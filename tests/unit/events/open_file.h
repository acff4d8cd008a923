// SPDX-License-Identifier: MIT
// Bytes as an open file without a name.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>

#include <stdexcept>
#include <string_view>

#include "src/base/fd.h"

namespace boardgate::events {

inline Fd open_file(std::string_view bytes) {
    Fd fd(memfd_create("events", MFD_CLOEXEC));
    if (!fd || write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("memfd");
    return fd;
}

}  // namespace boardgate::events
