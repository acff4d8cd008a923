// SPDX-License-Identifier: MIT
// nginx's side of FastCGI (its specification, version 1): a request into a listening socket, and the answer.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "src/base/fd.h"
#include "src/boardgated/web/fcgi_pool.h"
#include "src/boardgated/web/request.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {

struct CgiAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
};

using CgiParameters = std::map<std::string, std::string>;

class FastCgi {
public:
    explicit FastCgi(std::size_t backlog = 16) {
        static const bool prepared = [] {
            // libfcgi waits this long for the other side to hang up, which here happens in the same thread.
            setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "1", 1);
            FcgiPool::prepare();
            return true;
        }();
        (void)prepared;
        listening_ = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_un at = address();
        if (bind(listening_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
            listen(listening_.get(), static_cast<int>(backlog)) != 0) {
            throw std::runtime_error("no socket for FastCGI");
        }
    }

    [[nodiscard]] int listening() const { return listening_.get(); }
    /// Another descriptor of the same socket, as systemd passes one to each boardgated.
    [[nodiscard]] Fd passed() const { return Fd(fcntl(listening_.get(), F_DUPFD_CLOEXEC, 0)); }

    /// Sends a request; its answer comes on the connection. Less of the body than announced is sent where a test
    /// says so.
    [[nodiscard]] Fd send(const CgiParameters& parameters, const std::string& body = {}, bool whole = true) const {
        Fd connection = connect();
        write(connection, request(parameters, body, whole));
        if (!whole) shutdown(connection.get(), SHUT_WR);
        return connection;
    }
    [[nodiscard]] Fd connect() const {
        Fd connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_un at = address();
        if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) throw std::runtime_error("no FastCGI");
        return connection;
    }
    static void write(const Fd& connection, const std::string& bytes) {
        if (::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
            throw std::runtime_error("FastCGI does not listen");
        }
    }
    [[nodiscard]] static std::string request(const CgiParameters& parameters, const std::string& body = {}, bool whole = true) {
        std::string pairs;
        for (const auto& [name, value] : parameters) pairs += length(name) + length(value) + name + value;
        std::string bytes = record(1, std::string("\0\1\0\0\0\0\0\0", 8));
        for (std::size_t i = 0; i < pairs.size(); i += 60'000) bytes += record(4, pairs.substr(i, 60'000));
        bytes += record(4, "");
        if (!body.empty()) bytes += record(5, body);
        if (whole) bytes += record(5, "");
        return bytes;
    }

    /// The request as the program sees it.
    [[nodiscard]] std::unique_ptr<Request> accept() const { return Request::accept(listening_.get(), geteuid()); }

    /// Waits for the end of the answer. Status 0: there was none.
    [[nodiscard]] static CgiAnswer answer(const Fd& connection) {
        std::string out;
        std::string bytes;
        char buffer[16384];
        for (;;) {
            while (bytes.size() >= 8) {
                const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
                const std::size_t content = byte(4) * 256 + byte(5);
                if (bytes.size() < 8 + content + byte(6)) break;
                if (byte(1) == 3) return parse(out);
                if (byte(1) == 6) out += bytes.substr(8, content);
                bytes.erase(0, 8 + content + byte(6));
            }
            const ssize_t got = read(connection.get(), buffer, sizeof buffer);
            if (got <= 0) return parse(out);
            bytes.append(buffer, static_cast<std::size_t>(got));
        }
    }

private:
    [[nodiscard]] sockaddr_un address() const {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        (folder_ / "fcgi.sock").copy(at.sun_path, sizeof at.sun_path - 1);
        return at;
    }
    static std::string record(int type, const std::string& content) {
        std::string head{'\1', static_cast<char>(type), '\0', '\1'};
        head += static_cast<char>(content.size() >> 8U);
        head += static_cast<char>(content.size() & 0xFFU);
        return head + std::string(2, '\0') + content;
    }
    static std::string length(const std::string& text) {
        std::string four{static_cast<char>(0x80)};
        for (const unsigned shift : {16U, 8U, 0U}) four += static_cast<char>((text.size() >> shift) & 0xFFU);
        return four;
    }
    static CgiAnswer parse(const std::string& text) {
        CgiAnswer answer;
        std::size_t at = 0;
        for (std::size_t end = 0; (end = text.find("\r\n", at)) != std::string::npos && end != at; at = end + 2) {
            const std::string line = text.substr(at, end - at);
            const std::size_t colon = line.find(": ");
            if (line.starts_with("Status: ")) {
                answer.status = std::atoi(line.c_str() + 8);
            } else {
                answer.headers[line.substr(0, colon)] = line.substr(colon + 2);
            }
        }
        answer.body = at + 2 <= text.size() ? text.substr(at + 2) : "";
        return answer;
    }

    fakes::TempFolder folder_;
    Fd listening_;
};

}  // namespace boardgate::boardgated
