// SPDX-License-Identifier: MIT
#include "src/journal/journal_tail.h"

namespace boardgate::journal {

Result<JournalTail> JournalTail::open() {
    auto journal = open_journal();
    if (!journal) return error_of(journal);
    // Before the first entry is read, so that none is lost in between.
    const int fd = sd_journal_get_fd(journal->get());
    if (fd < 0) return system_error("cannot follow the journal", {}, -fd);
    int status = sd_journal_seek_tail(journal->get());
    if (status >= 0) status = sd_journal_previous(journal->get());
    if (status == 0) status = sd_journal_seek_head(journal->get());  // an empty journal
    if (status < 0) return system_error("cannot find the end of the journal", {}, -status);
    return JournalTail(*std::move(journal), fd);
}

Result<bool> JournalTail::advance() {
    const int status = sd_journal_next(journal_.get());
    if (status < 0) return system_error("cannot read the journal", {}, -status);
    return status > 0;
}

}  // namespace boardgate::journal
