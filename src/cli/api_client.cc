// SPDX-License-Identifier: MIT
#include "src/cli/api_client.h"

#include <curl/curl.h>
#include <json/reader.h>
#include <json/writer.h>

#include <cctype>
#include <memory>
#include <string_view>

namespace boardgate::cli {

namespace {

constexpr const char* cookie_name = "__Host-Http-boardgate";
constexpr std::size_t longest_body = 32 * 1024 * 1024;

struct CurlCleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class Headers {
public:
    void add(const std::string& line) { list_.reset(curl_slist_append(list_.release(), line.c_str())); }
    [[nodiscard]] curl_slist* get() const { return list_.get(); }

private:
    std::unique_ptr<curl_slist, ListCleanup> list_;
};

}  // namespace

std::string in_query(const std::string& text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += {'%', digits[byte >> 4], digits[byte & 15U]};
        }
    }
    return out;
}

Json::Value json_of(const std::string& text) {
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    Json::Value value;
    try {
        if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) return {};
    } catch (const std::exception&) {
        return {};  // nested too deeply
    }
    return value;
}

std::string text_of(const Json::Value& value) {
    Json::StreamWriterBuilder builder;
    builder["indentation"] = "";
    builder["emitUTF8"] = true;
    builder["precision"] = 15;  // as the server writes numbers: 0.1, not 0.10000000000000001
    return Json::writeString(builder, value);
}

std::string ApiResponse::problem() const {
    if (body.isObject() && body["detail"].isString()) return body["detail"].asString();
    return "the server answered with status " + std::to_string(status);
}

/// One request; curl's callbacks write into it.
struct ApiClient::Exchange {
    std::unique_ptr<CURL, CurlCleanup> curl{curl_easy_init()};
    Headers headers;
    std::string sent;
    std::string received;
    std::string cookie;
    char words[CURL_ERROR_SIZE] = {};
    std::function<bool(const std::string&, const Json::Value&)> line;

    Exchange(const ApiClient& client, const std::string& method, const std::string& path) {
        CURL* handle = curl.get();
        curl_easy_setopt(handle, CURLOPT_URL, (client.server_ + path).c_str());
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
        if (!client.authority_.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, client.authority_.c_str());
        // The server requires the Origin of its own pages, which a script of another site cannot send.
        headers.add("Origin: " + client.server_);
        if (!client.token_.empty()) headers.add(std::string("Cookie: ") + cookie_name + "=" + client.token_);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    }

    void send(const Json::Value& body) {
        sent = text_of(body);
        headers.add("Content-Type: application/json");
        curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, sent.c_str());
    }

    CURLcode perform() {
        curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
        return curl_easy_perform(curl.get());
    }

    [[nodiscard]] long status() const {
        long code = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &code);
        return code;
    }

    /// Hands complete events to `line`; false to end.
    bool take_events() {
        std::size_t end = 0;
        while ((end = received.find("\n\n")) != std::string::npos) {
            std::string event = "message";
            std::string data;
            std::size_t at = 0;
            while (at < end) {
                const std::size_t stop = std::min(received.find('\n', at), end);
                const std::string field = received.substr(at, stop - at);
                if (field.starts_with("event: ")) event = field.substr(7);
                if (field.starts_with("data: ")) data += field.substr(6);
                at = stop + 1;
            }
            received.erase(0, end + 2);
            if (!data.empty() && !line(event, json_of(data))) return false;
        }
        return true;
    }

    static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
        try {
            auto& exchange = *static_cast<Exchange*>(self);
            exchange.received.append(bytes, size);
            if (exchange.received.size() > longest_body) return 0;
            if (exchange.line && exchange.status() == 200 && !exchange.take_events()) return 0;
            return size;
        } catch (...) {
            return 0;  // curl ends the transfer
        }
    }

    static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
        try {
            const std::string header(bytes, size);
            const std::string wanted = std::string("set-cookie: ") + cookie_name + "=";
            if (header.size() > wanted.size() && curl_strnequal(header.c_str(), wanted.c_str(), wanted.size()) != 0) {
                static_cast<Exchange*>(self)->cookie =
                    header.substr(wanted.size(), header.find_first_of(";\r\n", wanted.size()) - wanted.size());
            }
            return size;
        } catch (...) {
            return 0;
        }
    }
};

namespace {
const char* remedy_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "check the name";
        case CURLE_OPERATION_TIMEDOUT:
            return "on the server: systemctl status nginx boardgated";
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
            return "this machine does not trust its certificate; renew it, or set its certificate authority in SSL_CERT_FILE, on the "
                   "server itself in "
                   "certificate_authority of boardgate.conf";
        default:
            return "check that nginx is running there";
    }
}

/// `words` is curl's own error text, which says more than the code; may be empty.
tl::unexpected<Error> not_reached(const std::string& server, CURLcode code, const char* words) {
    return failure(std::string("cannot reach the server: ") + (*words != '\0' ? words : curl_easy_strerror(code)), server, remedy_of(code));
}
}  // namespace

Result<ApiResponse> ApiClient::ask(const std::string& method, const std::string& path, const Json::Value* body) const {
    Exchange exchange(*this, method, path);
    curl_easy_setopt(exchange.curl.get(), CURLOPT_TIMEOUT, static_cast<long>(longest_.count()));
    if (body != nullptr) exchange.send(*body);
    if (const CURLcode code = exchange.perform(); code != CURLE_OK) return not_reached(server_, code, exchange.words);
    return ApiResponse{exchange.status(), json_of(exchange.received), exchange.cookie};
}

Result<std::string> ApiClient::download(const std::string& path) const {
    Exchange exchange(*this, "GET", path);
    curl_easy_setopt(exchange.curl.get(), CURLOPT_TIMEOUT, static_cast<long>(longest_.count()));
    if (const CURLcode code = exchange.perform(); code != CURLE_OK) return not_reached(server_, code, exchange.words);
    if (exchange.status() != 200) return failure(ApiResponse{exchange.status(), json_of(exchange.received), {}}.problem());
    return std::move(exchange.received);
}

Result<void> ApiClient::follow(const std::string& path, const std::function<bool(const std::string&, const Json::Value&)>& line) const {
    Exchange exchange(*this, "GET", path);
    exchange.line = line;
    const CURLcode code = exchange.perform();
    // Write error: `line` returned false.
    if (code != CURLE_OK && code != CURLE_WRITE_ERROR) return not_reached(server_, code, exchange.words);
    if (exchange.status() != 200) return failure(ApiResponse{exchange.status(), json_of(exchange.received), {}}.problem());
    return {};
}

}  // namespace boardgate::cli
