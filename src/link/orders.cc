// SPDX-License-Identifier: MIT
#include "src/link/orders.h"

#include <array>
#include <charconv>
#include <map>

#include "src/link/frame.h"

namespace boardgate::link {

namespace {

constexpr std::string_view title = "boardgate-orders ";
constexpr std::string_view last_line = "end";

std::string hex_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string random_bytes(std::size_t count) {
    std::array<unsigned char, Key::size> bytes{};
    fill_random(bytes.data(), count);
    return {reinterpret_cast<const char*>(bytes.data()), count};
}

Result<Secret> key_in(std::string_view hex) {
    std::string bytes;
    bytes.reserve(Key::size);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, fault] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        if (fault != std::errc() || end != hex.data() + i + 2) break;
        bytes += static_cast<char>(byte);
    }
    if (bytes.size() != Key::size || hex.size() != 2 * Key::size) return failure("the orders have no key");
    return Secret(std::move(bytes));
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

Key make_key(const BoardId& board) {
    constexpr std::size_t run = 8;
    return {board.str() + "." + hex_of(random_bytes(run)), Secret(random_bytes(Key::size))};
}

Secret text_of(const Orders& orders) {
    std::size_t size = 1024;
    for (const std::string& word : orders.words) size += word.size() + 16;
    // Growing would leave copies of the key that nobody wipes.
    std::string text;
    text.reserve(size);
    text.append(title).append(std::to_string(protocol)).append("\n");
    text.append("board=").append(orders.board.str()).append("\n");
    text.append("address=").append(orders.address).append("\n");
    text.append("port=").append(std::to_string(orders.port)).append("\n");
    text.append("identity=").append(orders.key.identity).append("\n");
    const Secret key(hex_of(orders.key.bytes.reveal()));
    text.append("key=").append(key.reveal()).append("\n");
    for (const std::string& word : orders.words) text.append("word=").append(word).append("\n");
    text.append(last_line).append("\n");
    return Secret(std::move(text));
}

Result<Orders> orders_in(std::string_view text) {
    std::string_view first = take_line(text);
    if (!first.starts_with(title))
        return failure("standard input has no orders", {}, "do not start this program by hand: a job's script starts it");
    first.remove_prefix(title.size());
    if (first != std::to_string(protocol))
        return failure("the server's boardgate speaks another protocol", std::string(first), "install the server's version on this node");
    std::map<std::string_view, std::string_view> given;
    std::vector<std::string> words;
    std::string_view line;
    while (!text.empty() && (line = take_line(text)) != last_line) {
        const std::size_t equals = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, equals);
        const std::string_view value = line.substr(std::min(equals + 1, line.size()));
        if (name == "word") {
            words.emplace_back(value);
        } else {
            given[name] = value;
        }
    }
    const auto board = BoardId::parse(given["board"]);
    const std::string_view digits = given["port"];
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const std::string address(given["address"]);
    if (line != last_line || !board || port == 0 || !is_ip_address(address) || given["identity"].empty() || words.empty())
        return failure("the orders are incomplete");
    auto key = key_in(given["key"]);
    if (!key) return error_of(key);
    return Orders{*board, address, port, {std::string(given["identity"]), *std::move(key)}, std::move(words)};
}

}  // namespace boardgate::link
