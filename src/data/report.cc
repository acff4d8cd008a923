// SPDX-License-Identifier: MIT
#include "src/data/report.h"

#include <cstdio>
#include <fstream>

namespace boardgate::data {

namespace {

bool write_whole(const std::string& file, const std::string& text) {
    const std::string fresh = file + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        if (!(out << text << std::flush)) return false;
    }
    return std::rename(fresh.c_str(), file.c_str()) == 0;
}

}  // namespace

void Report::update(const FileNotices& found) {
    if (file_.empty()) return;
    const std::string text = report_text((once_ ? found : found.also_in(earlier_)).list());
    earlier_ = found;
    if (written_ && text == text_) return;
    written_ = write_whole(file_, text);
    text_ = text;
}

}  // namespace boardgate::data
