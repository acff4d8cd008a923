// SPDX-License-Identifier: MIT
// Damages event files at random, for tests in which the result does not matter, but reading must end without harm.
#pragma once

#include <random>
#include <string>

#include "src/events/record_window.h"

#include "tests/unit/events/event_bytes.h"
#include "tests/unit/events/open_file.h"

namespace boardgate::events {

class Damage {
public:
    explicit Damage(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    /// The bytes with a few changes anywhere.
    std::string anywhere(std::string bytes) {
        for (std::size_t times = 1 + below(8); times > 0 && !bytes.empty(); --times) {
            const std::size_t at = below(bytes.size());
            const std::size_t length = below(40);
            switch (below(5)) {
                case 0:
                    bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                    break;
                case 1:
                    bytes[at] = static_cast<char>(0xFF);
                    break;
                case 2:
                    bytes.erase(at, length);
                    break;
                case 3:
                    bytes.insert(at, bytes.substr(below(bytes.size()), length));
                    break;
                default:
                    bytes.resize(at);
            }
        }
        return bytes;
    }

    /// Damages some records of a file and corrects their checksums, so that the damage reaches the code that decodes them.
    /// A few records become longer than the reader's window.
    std::string in_records(const std::string& file) {
        std::string all;
        const Fd fd = open_file(file);
        RecordWindow window;
        for (window.open(fd.get(), 0); window.next() == RecordWindow::Found::record; window.pass()) {
            std::string record(window.data());
            if (below(40) == 0) record += field(5, field(1, field(4, field(4, std::string(20000, 'p')))));
            all += record_of(below(3) == 0 ? anywhere(std::move(record)) : std::move(record));
        }
        return all;
    }

private:
    std::mt19937 random_;
};

}  // namespace boardgate::events
