// SPDX-License-Identifier: MIT
#include "src/logdirs/run_parts.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "src/logdirs/homes.h"

namespace boardgate::logdirs {

namespace {

/// tensorboardX keeps the slashes of a tag: run/losses/train.
constexpr std::ptrdiff_t deepest_part = 3;
/// Between the first write to a run and to its part, and behind the last one: writers flush every two minutes.
constexpr std::int64_t before = 60, behind = 180;

/// `events.out.tfevents.<seconds>.<host>.<process>...`, as most writers name their files.
struct Origin {
    std::int64_t began = 0;
    std::string writer;  ///< host and process
};

std::optional<Origin> origin_of(const std::string& name) {
    constexpr std::string_view mark = "tfevents.";
    const std::size_t at = name.find(mark);
    if (at == std::string::npos) return std::nullopt;
    const char* begin = name.data() + at + mark.size();
    const char* end = name.data() + name.size();
    Origin origin;
    const auto [rest, fault] = std::from_chars(begin, end, origin.began);
    if (fault != std::errc{} || origin.began < 100'000'000) return std::nullopt;
    // Some write fractions of seconds. The host may contain dots, and the process is the first number behind it.
    std::string_view tail(rest, static_cast<std::size_t>(end - rest));
    const auto digits_end = [&](std::size_t from) {
        while (from < tail.size() && std::isdigit(static_cast<unsigned char>(tail[from])) != 0) ++from;
        return from;
    };
    if (tail.starts_with('.') && digits_end(1) > 1 && digits_end(1) < tail.size() && tail[digits_end(1)] == '.')
        tail.remove_prefix(digits_end(1));
    for (std::size_t dot = tail.find('.', 1); dot != std::string_view::npos; dot = tail.find('.', dot + 1)) {
        const std::size_t number = digits_end(dot + 1);
        if (number == dot + 1 || (number < tail.size() && tail[number] != '.')) continue;
        origin.writer = tail.substr(0, number);
        break;
    }
    return origin;
}

/// add_hparams names its folder after the time: 1700000000.1234567.
bool is_named_after_a_time(std::string_view name) {
    const std::size_t dot = name.find('.');
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    return dot != std::string_view::npos && dot >= 9 &&
           std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot), is_digit) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(), is_digit);
}

/// Was `part` written by the process that wrote `run`, or at least at the same time?
bool is_part(const Run& part, const Run& run) {
    if (std::count(part.path.begin() + static_cast<std::ptrdiff_t>(run.path.size()), part.path.end(), '/') > deepest_part) return false;
    if (is_named_after_a_time(std::string_view(part.path).substr(part.path.rfind('/') + 1))) return true;
    const auto began_part = part.names.empty() ? std::nullopt : origin_of(part.names.front());
    std::optional<std::int64_t> began;
    for (const std::string& name : run.names) {
        const auto origin = origin_of(name);
        if (!origin) continue;
        if (began_part && !origin->writer.empty() && origin->writer == began_part->writer) return true;
        began = std::min(began.value_or(origin->began), origin->began);
    }
    const std::int64_t start = began_part ? began_part->began : part.newest;
    return start >= began.value_or(run.newest) - before && start <= run.newest + behind;
}

void add(WholeRun& whole, const Run& part) {
    whole.parts.push_back(&part);
    whole.newest = std::max(whole.newest, part.newest);
    whole.bytes += part.bytes;
    whole.event_files += part.event_files;
}

}  // namespace

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a number off the front, without its leading zeros.
std::string_view take_number(std::string_view& text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

/// Below, at or above 0, as strcmp(3). Names that differ are never equal: all below one folder stays together.
int compare_names(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a;
    const std::string_view whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const std::string_view in_a = take_number(a);
            const std::string_view in_b = take_number(b);
            if (in_a.size() != in_b.size()) return in_a.size() < in_b.size() ? -1 : 1;
            if (const int order = in_a.compare(in_b); order != 0) return order;
            continue;
        }
        const int order = std::tolower(static_cast<unsigned char>(a.front())) - std::tolower(static_cast<unsigned char>(b.front()));
        if (order != 0) return order;
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (a.empty() != b.empty()) return a.empty() ? -1 : 1;
    return whole_a.compare(whole_b);
}

std::string_view take_name(std::string_view& path) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return name;
}

}  // namespace

bool path_before(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (const int order = compare_names(take_name(a), take_name(b)); order != 0) return order < 0;
    }
    return a.empty() && !b.empty();
}

std::vector<WholeRun> whole_runs(const std::vector<Run>& runs) {
    std::vector<const Run*> in_order;
    in_order.reserve(runs.size());
    for (const Run& run : runs) in_order.push_back(&run);
    std::sort(in_order.begin(), in_order.end(), [](const Run* a, const Run* b) { return path_before(a->path, b->path); });
    std::vector<WholeRun> whole;
    std::vector<std::size_t> above;  // whole runs whose folders the present one is below
    for (const Run* run : in_order) {
        while (!above.empty() && !lies_in(run->path, whole[above.back()].run->path)) above.pop_back();
        const auto owner =
            std::find_if(above.rbegin(), above.rend(), [&](std::size_t candidate) { return is_part(*run, *whole[candidate].run); });
        if (owner != above.rend()) {
            add(whole[*owner], *run);
            continue;
        }
        above.push_back(whole.size());
        whole.push_back({run, {}, run->newest, run->bytes, run->event_files});
    }
    return whole;
}

}  // namespace boardgate::logdirs
