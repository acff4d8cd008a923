// SPDX-License-Identifier: MIT
// TLS 1.3 (RFC 8446) with a key that both ends know beforehand, and nothing else: no certificate, no other version, no session
// that outlives its connection. The node is the client.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/base/secret.h"
#include "src/link/frame.h"

namespace boardgate::link {

/// The key of one run of a board, and its name, which is no secret.
struct Key {
    static constexpr std::size_t size = 32;
    std::string identity;
    Secret bytes;
};

/// One connection over a non-blocking socket. It must not outlive its TlsContext.
class TlsConnection {
public:
    enum class Step { done, wants_read, wants_write };
    ~TlsConnection();
    TlsConnection(const TlsConnection&) = delete;
    TlsConnection& operator=(const TlsConnection&) = delete;

    [[nodiscard]] int fd() const { return socket_.get(); }
    /// An error unless the peer has the key.
    [[nodiscard]] Result<Step> shake_hands();
    /// Appends what has come to `out`, at most `most` bytes; an error also when the peer has closed.
    [[nodiscard]] Result<Step> read(std::string& out, std::size_t most);
    /// `sent`: how many bytes went out.
    [[nodiscard]] Result<Step> write(std::string_view bytes, std::size_t& sent);

private:
    friend class TlsContext;
    TlsConnection(Fd socket, void* ssl) : socket_(std::move(socket)), ssl_(ssl) {}
    [[nodiscard]] Result<Step> step_of(int status) const;
    Fd socket_;
    void* ssl_;  ///< SSL
};

class TlsContext {
public:
    [[nodiscard]] static Result<std::unique_ptr<TlsContext>> make(Side side, Key key);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] Result<std::unique_ptr<TlsConnection>> connection(Fd socket) const;

private:
    TlsContext(Side side, Key key) : side_(side), key_(std::move(key)) {}
    struct Callbacks;
    Side side_;
    Key key_;
    void* context_ = nullptr;  ///< SSL_CTX
};

}  // namespace boardgate::link
