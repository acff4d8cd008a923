// SPDX-License-Identifier: MIT
#include "src/link/tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace boardgate::link {

namespace {

// Both ends name it: the default suite of OpenSSL 3.0 wants a key for SHA-384, and the handshake would fail.
constexpr const char* suite = "TLS_AES_128_GCM_SHA256";
constexpr unsigned char suite_number[] = {0x13, 0x01};
constexpr std::size_t record = 16 * 1024;

SSL* ssl_of(void* ssl) { return static_cast<SSL*>(ssl); }

tl::unexpected<Error> tls_failure(const char* what) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    std::string text = what;
    if (reason != nullptr) text += std::string(": ") + reason;
    ERR_clear_error();
    return failure(std::move(text));
}

SSL_SESSION* session_of(SSL* ssl, const Key& key) {
    SSL_SESSION* session = SSL_SESSION_new();
    const SSL_CIPHER* cipher = SSL_CIPHER_find(ssl, suite_number);
    const auto& bytes = key.bytes.reveal();
    if (session != nullptr && cipher != nullptr &&
        SSL_SESSION_set1_master_key(session, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1 &&
        SSL_SESSION_set_cipher(session, cipher) == 1 && SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1)
        return session;
    SSL_SESSION_free(session);
    return nullptr;
}

}  // namespace

struct TlsContext::Callbacks {
    static const Key& key_of(SSL* ssl) { return static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->key_; }

    /// The server's. Without a session the handshake fails: there is no certificate.
    static int find(SSL* ssl, const unsigned char* identity, std::size_t size, SSL_SESSION** session) {
        const Key& key = key_of(ssl);
        *session = nullptr;
        if (size != key.identity.size() || CRYPTO_memcmp(identity, key.identity.data(), size) != 0) return 1;
        *session = session_of(ssl, key);
        return *session == nullptr ? 0 : 1;
    }
    /// The client's; `digest` is known after the server's first answer.
    static int use(SSL* ssl, const EVP_MD* digest, const unsigned char** identity, std::size_t* size, SSL_SESSION** session) {
        const Key& key = key_of(ssl);
        *session = nullptr;
        if (digest != nullptr && EVP_MD_is_a(digest, "SHA256") != 1) return 1;
        *session = session_of(ssl, key);
        if (*session == nullptr) return 0;
        *identity = reinterpret_cast<const unsigned char*>(key.identity.data());
        *size = key.identity.size();
        return 1;
    }
};

Result<std::unique_ptr<TlsContext>> TlsContext::make(Side side, Key key) {
    if (key.bytes.reveal().size() != Key::size || key.identity.empty()) return failure("the link has no key");
    // No configuration file changes what this link is, and texts of errors would be in the memory of every awake board.
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_SSL_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
    std::unique_ptr<TlsContext> made(new TlsContext(side, std::move(key)));
    SSL_CTX* context = SSL_CTX_new(side == Side::head ? TLS_server_method() : TLS_client_method());
    if (context == nullptr) return tls_failure("cannot use TLS");
    made->context_ = context;
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 || SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, suite) != 1 || SSL_CTX_set_num_tickets(context, 0) != 1)
        return tls_failure("cannot use TLS 1.3");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    // An idle link has no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_app_data(context, made.get());
    if (side == Side::head) {
        SSL_CTX_set_psk_find_session_callback(context, &Callbacks::find);
    } else {
        // A server with a certificate is not ours: no authority is known.
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_psk_use_session_callback(context, &Callbacks::use);
    }
    return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(static_cast<SSL_CTX*>(context_)); }

Result<std::unique_ptr<TlsConnection>> TlsContext::connection(Fd socket) const {
    SSL* ssl = SSL_new(static_cast<SSL_CTX*>(context_));
    if (ssl == nullptr) return tls_failure("cannot use TLS");
    const int fd = socket.get();
    std::unique_ptr<TlsConnection> made(new TlsConnection(std::move(socket), ssl));
    if (SSL_set_fd(ssl, fd) != 1) return tls_failure("cannot use the connection");
    if (side_ == Side::head) {
        SSL_set_accept_state(ssl);
    } else {
        SSL_set_connect_state(ssl);
    }
    return made;
}

TlsConnection::~TlsConnection() {
    SSL_free(ssl_of(ssl_));
    ERR_clear_error();
}

Result<TlsConnection::Step> TlsConnection::step_of(int status) const {
    switch (SSL_get_error(ssl_of(ssl_), status)) {
        case SSL_ERROR_WANT_READ:
            return Step::wants_read;
        case SSL_ERROR_WANT_WRITE:
            return Step::wants_write;
        case SSL_ERROR_ZERO_RETURN:
            ERR_clear_error();
            return failure("the other end closed the link");
        default:
            return tls_failure("the link broke off");
    }
}

Result<TlsConnection::Step> TlsConnection::shake_hands() {
    ERR_clear_error();
    SSL* ssl = ssl_of(ssl_);
    if (const int status = SSL_do_handshake(ssl); status != 1) return step_of(status);
    // True of a session by a key that was known beforehand.
    const bool by_key = SSL_session_reused(ssl) == 1 && SSL_version(ssl) == TLS1_3_VERSION;
    if (!by_key) return failure("the other end does not have the key");
    return Step::done;
}

Result<TlsConnection::Step> TlsConnection::read(std::string& out, std::size_t most) {
    ERR_clear_error();
    while (most > 0) {
        char buffer[record];
        std::size_t got = 0;
        const int status = SSL_read_ex(ssl_of(ssl_), buffer, std::min(most, sizeof buffer), &got);
        if (status != 1) return step_of(status);
        out.append(buffer, got);
        most -= got;
    }
    return Step::done;
}

Result<TlsConnection::Step> TlsConnection::write(std::string_view bytes, std::size_t& sent) {
    ERR_clear_error();
    sent = 0;
    while (sent < bytes.size()) {
        std::size_t put = 0;
        const int status = SSL_write_ex(ssl_of(ssl_), bytes.data() + sent, bytes.size() - sent, &put);
        if (status != 1) return step_of(status);
        sent += put;
    }
    return Step::done;
}

}  // namespace boardgate::link
