// SPDX-License-Identifier: MIT
#include "src/journal/log_reader.h"

#include <poll.h>

#include "src/base/log.h"
#include "src/journal/unit_log.h"

namespace boardgate::journal {

short LogReader::events() const { return static_cast<short>(unsent_.empty() ? POLLIN | POLLRDHUP : POLLOUT | POLLRDHUP); }

void LogReader::receive() {
    ended_ = true;
    if (question_) return;  // a reader sends nothing after its question: this is the end of the connection
    auto question = wire::receive_one<wire::ReadLog>(socket_.get(), std::chrono::milliseconds(0));
    if (!question) {
        log_event(Event::bad_message, question.error().text());
    } else if (!is_board_service(question->unit)) {
        log_event(Event::bad_message, "boardgated asked for the log of a unit that is not a board's", {{"UNIT", question->unit}});
    } else {
        question_ = *std::move(question);
        ended_ = false;
    }
}

bool LogReader::read_chunk() {
    auto at_end = read_lines();
    if (!at_end) log_event(Event::request_fault, at_end.error().text(), {{"UNIT", question_->unit}});
    if (!at_end) ended_ = true;
    if (!at_end || !*at_end) return false;
    if (question_->follow) return true;
    unsent_.emplace_back();
    ends_when_sent_ = true;
    return false;
}

/// True when it reached the end of the log.
Result<bool> LogReader::read_lines() {
    auto log = UnitLog::open(question_->unit);
    if (!log) return error_of(log);
    if (!cursor_) {
        cursor_.emplace();
        // A reader that resumes gets all lines that it missed.
        if (question_->after.empty() || !log->seek_behind(question_->after)) {
            const std::uint32_t lines = std::min(question_->lines, most_lines);
            if (const auto sought = log->seek_last(std::max(lines, 1U)); !sought) return error_of(sought);
            if (lines == 0) {
                const auto last = log->next();
                if (!last) return error_of(last);
                if (*last) cursor_ = (*last)->cursor;
            }
            if (!question_->follow) left_ = lines;
        }
    } else if (!log->seek_behind(*cursor_)) {
        return failure("the journal does not know its own cursor any more", *cursor_);
    }
    for (std::size_t count = 0; count < chunk; ++count) {
        if (left_ == 0) return true;
        auto line = log->next();
        if (!line) return error_of(line);
        if (!*line) return true;
        cursor_ = (*line)->cursor;
        --left_;
        queue(**std::move(line));
    }
    return false;
}

void LogReader::follow() {
    const std::size_t before = unsent_.size();
    if (!read_chunk()) return;
    for (std::size_t i = before; i < unsent_.size(); ++i) read_before_.insert(unsent_[i]->cursor);
    unsent_.emplace_back();
    follows_ = true;
}

void LogReader::add(const wire::LogLine& line) {
    if (read_before_.erase(line.cursor) == 0) queue(line);
}

void LogReader::queue(wire::LogLine line) {
    unsent_bytes_ += line.text.size();
    unsent_.emplace_back(std::move(line));
    if (follows_ && unsent_bytes_ > most_unsent_bytes) ended_ = true;
}

void LogReader::flush() {
    while (!unsent_.empty()) {
        auto& next = unsent_.front();
        const auto sent = next ? wire::send(socket_.get(), *next) : wire::send(socket_.get(), wire::LogEnd{});
        if (!sent) {
            if (sent.error().sys != EAGAIN) ended_ = true;
            return;
        }
        if (next) unsent_bytes_ -= next->text.size();
        unsent_.pop_front();
    }
    if (ends_when_sent_) ended_ = true;
}

}  // namespace boardgate::journal
