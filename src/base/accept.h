// SPDX-License-Identifier: MIT
// Taking connections where descriptors can run out: accept(2) then fails, and the connection stays there, so that a
// program that only waits for connections would not rest.
#pragma once

#include "src/base/fd.h"

namespace boardgate {

/// Whether accept(2) failed since there is no descriptor or memory left.
[[nodiscard]] bool is_out_of_descriptors(int error);
/// The next connection, if there is one; a short rest when descriptors have run out.
[[nodiscard]] Fd accept_connection(int listening, int flags = 0);

}  // namespace boardgate
