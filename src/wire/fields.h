// SPDX-License-Identifier: MIT
// Writes and reads the fields of a message. A message's fields() names each field once, with its bound; it is called with
// a Put or a Get.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "src/wire/frame.h"

namespace boardgate::wire::detail {

class Put {
public:
    explicit Put(Writer& out) : out_(out) {}
    void text(const std::string& value, std::size_t most) { out_.text(value, most); }
    void secret(const Secret& value, std::size_t most) { out_.text(value.reveal(), most); }
    void number(std::int64_t value) { out_.number(static_cast<std::uint64_t>(value)); }
    void number(double value) { out_.number(std::bit_cast<std::uint64_t>(value)); }
    template <class Unsigned>
    void number(Unsigned value) {
        out_.number(value);
    }
    void flag(bool value) { out_.number(static_cast<std::uint8_t>(value ? 1 : 0)); }
    template <class Enum>
    void choice(Enum value) {
        out_.number(static_cast<std::uint8_t>(value));
    }
    template <class Item>
    void list(std::vector<Item>& items, std::size_t most) {
        count(items.size(), most);
        for (Item& item : items) item.fields(*this);
    }
    void texts(const std::vector<std::string>& items, std::size_t most, std::size_t longest_one) {
        count(items.size(), most);
        for (const std::string& item : items) text(item, longest_one);
    }
    void secrets(const std::vector<Secret>& items, std::size_t most, std::size_t longest_one) {
        count(items.size(), most);
        for (const Secret& item : items) secret(item, longest_one);
    }

private:
    void count(std::size_t items, std::size_t most);
    Writer& out_;
};

class Get {
public:
    explicit Get(Reader& in) : in_(in) {}
    void text(std::string& value, std::size_t most) { value = in_.text(most); }
    void secret(Secret& value, std::size_t most) { value = Secret(std::string(in_.text(most))); }
    void number(std::int64_t& value) { value = static_cast<std::int64_t>(in_.number<std::uint64_t>()); }
    void number(double& value) { value = std::bit_cast<double>(in_.number<std::uint64_t>()); }
    template <class Unsigned>
    void number(Unsigned& value) {
        value = in_.number<Unsigned>();
    }
    void flag(bool& value) {
        const auto raw = in_.number<std::uint8_t>();
        if (raw > 1) in_.refuse();
        value = raw == 1;
    }
    template <class Enum>
    void choice(Enum& value) {
        const auto raw = in_.number<std::uint8_t>();
        if (raw > static_cast<std::uint8_t>(Enum::last)) {
            in_.refuse();
        } else {
            value = static_cast<Enum>(raw);
        }
    }
    template <class Item>
    void list(std::vector<Item>& items, std::size_t most) {
        items.resize(count(most));
        for (Item& item : items) item.fields(*this);
    }
    void texts(std::vector<std::string>& items, std::size_t most, std::size_t longest_one) {
        items.resize(count(most));
        for (std::string& item : items) text(item, longest_one);
    }
    void secrets(std::vector<Secret>& items, std::size_t most, std::size_t longest_one) {
        items.resize(count(most));
        for (Secret& item : items) secret(item, longest_one);
    }

private:
    std::size_t count(std::size_t most);
    Reader& in_;
};

}  // namespace boardgate::wire::detail
