// SPDX-License-Identifier: MIT
#include "src/boardgated/web/fastcgi_reader.h"

#include <gtest/gtest.h>

#include <map>

namespace boardgate::boardgated {
namespace {

using Progress = FastCgiReader::Progress;

std::string record(int type, const std::string& content, int id = 1, int padding = 0) {
    std::string bytes{'\1', static_cast<char>(type)};
    for (const std::size_t byte :
         {static_cast<std::size_t>(id) >> 8U, static_cast<std::size_t>(id), content.size() >> 8U, content.size()}) {
        bytes += static_cast<char>(byte & 0xFFU);
    }
    bytes += static_cast<char>(padding);
    return bytes + '\0' + content + std::string(static_cast<std::size_t>(padding), '\0');
}

std::string begin(int role = 1, int id = 1) { return record(1, std::string{'\0', static_cast<char>(role)} + std::string(6, '\0'), id); }

std::string pair(const std::string& name, const std::string& value) {
    std::string bytes{static_cast<char>(name.size())};
    if (value.size() < 128) {
        bytes += static_cast<char>(value.size());
    } else {
        bytes += static_cast<char>(0x80);
        for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>((value.size() >> shift) & 0xFFU);
    }
    return bytes + name + value;
}

std::string request(const std::string& pairs) { return begin() + record(4, pairs) + record(4, "") + record(5, ""); }

const std::string get = request(pair("REQUEST_METHOD", "GET") + pair("HTTP_COOKIE", std::string(5000, 'c')) + pair("HTTP_ORIGIN", ""));

TEST(FastCgiReader, ReadsARequest) {
    FastCgiReader reader;
    ASSERT_EQ(reader.take(get), Progress::complete);
    EXPECT_EQ(reader.method(), "GET");
    EXPECT_EQ(reader.parameter("HTTP_COOKIE"), std::string(5000, 'c'));
    EXPECT_EQ(reader.parameter("HTTP_ORIGIN"), "");
    EXPECT_EQ(reader.parameter("HTTP_HOST"), "");
    EXPECT_EQ(reader.request_id(), 1);
}

TEST(FastCgiReader, ReadsARequestThatArrivesByteByByte) {
    FastCgiReader reader;
    for (std::size_t i = 0; i + 1 < get.size(); ++i) ASSERT_EQ(reader.take(get.substr(i, 1)), Progress::incomplete) << i;
    ASSERT_EQ(reader.take(get.substr(get.size() - 1)), Progress::complete);
    EXPECT_EQ(reader.method(), "GET");
}

TEST(FastCgiReader, JoinsParametersOfSeveralRecords) {
    const std::string pairs = pair("A", "1") + pair("HTTP_COOKIE", "split");
    FastCgiReader reader;
    EXPECT_EQ(reader.take(begin() + record(4, pairs.substr(0, 9), 1, 7) + record(4, pairs.substr(9)) + record(4, "") + record(5, "")),
              Progress::complete);
    EXPECT_EQ(reader.parameter("HTTP_COOKIE"), "split");
}

TEST(FastCgiReader, KeepsNothingOfTheLastRequest) {
    FastCgiReader reader;
    ASSERT_EQ(reader.take(get), Progress::complete);
    reader.start_anew();
    ASSERT_EQ(reader.take(request(pair("REQUEST_METHOD", "HEAD"))), Progress::complete);
    EXPECT_EQ(reader.method(), "HEAD");
    EXPECT_EQ(reader.parameter("HTTP_COOKIE"), "");
}

TEST(FastCgiReader, RefusesWhatNginxDoesNotSend) {
    const std::string ends = record(4, "") + record(5, "");
    const std::string huge_value = std::string("\x01\xff\xff\xff\xff", 5) + "A";
    std::string many;
    for (int i = 0; i < 65; ++i) many += pair("N" + std::to_string(i), "");
    const std::map<std::string, std::string> requests = {
        {"another version", "\2" + get.substr(1)},
        {"parameters before the begin", record(4, "") + get},
        {"an authorizer", begin(2) + ends},
        {"a short begin", record(1, "\0\1") + ends},
        {"request 0", begin(1, 0) + ends},
        {"a second request on the connection", begin() + begin()},
        {"records of another request", begin() + record(4, "", 2)},
        {"a body", begin() + record(4, "") + record(5, "body")},
        {"an abort", begin() + record(2, "")},
        {"a management record", record(9, "", 0)},
        {"a value beyond the record", request(huge_value)},
        {"a name beyond the record", request("\x7f\x01"
                                             "A")},
        {"half a length", request(std::string("\x80\0", 2))},
        {"a name twice", request(pair("HTTP_COOKIE", "a") + pair("HTTP_COOKIE", "b"))},
        {"too many parameters", request(many)},
        {"too many bytes", begin() + record(4, std::string(60'000, '\0')) + record(4, std::string(6'000, '\0'))},
    };
    for (const auto& [what, bytes] : requests) {
        FastCgiReader reader;
        EXPECT_EQ(reader.take(bytes), Progress::malformed) << what;
    }
}

TEST(FastCgiAnswer, EndsTheRequest) {
    const std::string out = "Status: 204\r\n\r\n";
    EXPECT_EQ(fastcgi_answer(258, out), record(6, out, 258) + record(6, "", 258) + record(3, std::string(8, '\0'), 258));
    EXPECT_EQ(fastcgi_answer(1, std::string(70'000, 'x')),
              record(6, std::string(65'535, 'x')) + record(6, std::string(4'465, 'x')) + record(6, "") + record(3, std::string(8, '\0')));
}

}  // namespace
}  // namespace boardgate::boardgated
