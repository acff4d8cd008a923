// SPDX-License-Identifier: MIT
// What nginx passes on of a request: parameters, query and body, through the whole way to the gate's answer. The input's lines
// are the values of the parameters below; %T stands for the token of alice's session, %A and %B for alice's board and bob's.
#include <array>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/boardgated/gate/gate_machine.h"
#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

using fuzz::require;

constexpr std::array names = {"REQUEST_METHOD",      "DOCUMENT_URI",        "REQUEST_URI",           "QUERY_STRING",
                              "HTTP_HOST",           "HTTP_COOKIE",         "HTTP_ORIGIN",           "HTTP_UPGRADE",
                              "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_DEST",   "REMOTE_ADDR",
                              "SERVER_ADDR",         "CONTENT_LENGTH",      "HTTP_X_FORWARDED_USER", "BG_PLACE"};

struct Machine : GateMachine {
    Token token = Token::make();
    std::string alices = awake(1001, "alice", 16001);
    std::string bobs = awake(1002, "bob", 16002);
    FastCgi nginx;

    Machine() { log_in(token, 1001, "alice"); }
    std::string awake(std::uint32_t uid, const char* user, std::uint16_t port) {
        const BoardId id = make(uid, user, port);
        become(id, "active");
        return id.str();
    }
};

bool is_of_board(std::string_view path, const std::string& board) { return path.starts_with("/b/" + board); }

void try_one(std::string_view input) {
    static Machine machine;
    const std::string with =
        fuzz::replaced(fuzz::replaced(fuzz::replaced(input, "%T", machine.token.reveal()), "%A", machine.alices), "%B", machine.bobs);
    const auto lines = fuzz::parts_of(with, '\n', names.size() + 1);
    CgiParameters parameters;
    // A parameter is a C string.
    for (std::size_t i = 0; i < names.size() && i < lines.size(); ++i) parameters[names[i]] = lines[i].substr(0, lines[i].find('\0'));
    const std::string body = lines.size() > names.size() ? std::string(lines.back().substr(0, 20'000)) : std::string();

    const Fd connection = machine.nginx.send(parameters, body);
    {
        const auto request = machine.nginx.accept();
        require(request != nullptr, "a whole request is taken");
        for (const char* name : names) require(request->parameter(name) == parameters[name], "parameters arrive");
        for (const char* name : {"root", "path", ""})
            require(request->query_value(name).size() <= request->query().size(), "a query shrinks");
        if (const auto whole = request->body()) require(*whole == body, "a body is all of it");
        write_response(*request, machine.gate.answer(*request).response);
    }
    const CgiAnswer answer = FastCgi::answer(connection);
    require(answer.status == 204 || answer.status == 401 || answer.status == 403, "the gate says 204, 401 or 403");
    require((answer.status == 204) == answer.headers.contains("X-Boardgate-Port"), "only a permitted request has a port");
    const std::string& cookie = parameters["HTTP_COOKIE"];
    const std::size_t name = cookie.find(cookie_name);
    if (cookie.find(machine.token.reveal()) == std::string::npos || name == std::string::npos)
        require(answer.status == 401, "without a live session it is 401");
    if (answer.status != 204) return;
    require(is_of_board(parameters["REQUEST_URI"], machine.alices) && is_of_board(parameters["DOCUMENT_URI"], machine.alices),
            "both forms of the path name the owner's board");
    require(answer.headers.at("X-Boardgate-Port") == "16001", "the port is the board's");
    if (!parameters["HTTP_UPGRADE"].empty())
        require(parameters["HTTP_ORIGIN"] == "https://" + parameters["HTTP_HOST"], "a WebSocket is of the portal's origin");
}

}  // namespace
}  // namespace boardgate::boardgated

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 60'000) boardgate::boardgated::try_one(boardgate::fuzz::text_of(data, size));
    return 0;
}
