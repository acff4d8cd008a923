// SPDX-License-Identifier: MIT
// setup: the questions to the administrator. Each question shows the meaning of an empty answer.
#include "src/cli/setup.h"

#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

#include <cstdio>

#include "src/base/peer.h"
#include "src/cli/commands.h"
#include "src/cli/examine.h"
#include "src/cli/program.h"
#include "src/cli/server_files.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

std::string ask(const std::string& question, const std::string& otherwise) {
    const std::string answer = ask_person(fmt::format("{} [{}]: ", question, otherwise), true);
    return answer.empty() ? otherwise : answer;
}

void ask_for_certificate(SetupArguments& to, bool has_certificate) {
    if (!to.certificate.empty() || to.certbot || to.self_signed) return;
    say("The certificate: 1 your own files, 2 certbot (this server must be reachable from the internet by its name),\n"
        "3 self-signed, for trying" +
        std::string(has_certificate ? ", 4 the current one" : ""));
    const std::string choice = ask("Certificate", has_certificate ? "4" : "3");
    to.certbot = choice == "2";
    to.self_signed = choice == "3";
    if (choice == "1") {
        to.certificate = ask_person("File with the certificate and its chain: ", true);
        to.key = ask_person("File with its private key: ", true);
    }
    if (to.certbot && to.email.empty()) to.email = ask_person("E-mail address for failed renewals (empty for none): ", true);
}

/// Asks for the values that no argument gave.
void ask_for_the_rest(SetupArguments& to, const std::string& name, bool has_certificate) {
    if (to.name.empty()) to.name = ask("The server's name, as people type it", name);
    ask_for_certificate(to, has_certificate);
    if (to.run_roots.empty()) to.run_roots = ask_person("Folders with people's runs, such as ~:/scratch/%u (empty: as it is): ", true);
    if (to.administrators.empty()) to.administrators = ask_person("Group that sees what runs (empty: as it is): ", true);
    if (!to.no_tensorboard) to.no_tensorboard = ask("Install TensorBoard into /opt/tensorboard", "yes") != "yes";
}

CommandResult<void> check_files(const ServerPlan& plan) {
    for (const std::string& file : {plan.certificate, plan.key}) {
        if (!file.starts_with('/')) return refused(file + ": nginx wants the whole path of the file");
        if (access(file.c_str(), R_OK) != 0) return refused(file + " cannot be read");
    }
    return {};
}

}  // namespace

CommandResult<ServerPlan> plan_of(const SetupArguments& arguments, const std::string& configured_name, bool has_certificate) {
    ServerPlan plan{.name = arguments.name.empty() ? configured_name : arguments.name,
                    .kind = arguments.self_signed ? Certificate::self_signed
                            : arguments.certbot   ? Certificate::certbot
                                                  : Certificate::keep,
                    .certificate = arguments.certificate,
                    .key = arguments.key,
                    .email = arguments.email,
                    .run_roots = arguments.run_roots,
                    .administrators = arguments.administrators,
                    .tensorboard = !arguments.no_tensorboard};
    if (plan.name.find('/') != std::string::npos)
        return refused(plan.name +
                       ": boardgate needs a name of its own, not a path below another site: the session's cookie and the "
                       "boards belong to everything at that address");
    if (!is_server_name(plan.name)) return refused(plan.name + " is no host name; a port goes into /etc/boardgate/nginx-listen.conf");
    if (!plan.administrators.empty() && getgrnam(plan.administrators.c_str()) == nullptr)
        return refused("there is no group " + plan.administrators);
    if ((plan.certificate.empty() ? 0 : 1) + (arguments.certbot ? 1 : 0) + (arguments.self_signed ? 1 : 0) > 1)
        return refused("--certificate, --certbot and --self-signed exclude each other");
    if (plan.certificate.empty() != plan.key.empty()) return refused("--certificate and --key belong together");
    if (!plan.certificate.empty()) {
        plan.kind = Certificate::own;
        if (const auto checked = check_files(plan); !checked) return tl::make_unexpected(checked.error());
    }
    if (plan.kind == Certificate::keep && !has_certificate)
        return refused("there is no certificate yet: --certificate FILE --key FILE, --certbot or --self-signed");
    return plan;
}

CommandResult<void> adopt(const Arguments& arguments) {
    const auto boardgated = uid_of("boardgate");
    if (!boardgated) return refused("the server is not installed on this machine: apt-get install boardgate");
    if (geteuid() != 0) return refused("only root can give boards back: sudo boardgate adopt " + arguments.user);
    constexpr std::chrono::seconds patience{20};
    const ProgramEnd end = run_program({BOARDGATE_LIBEXECDIR "/boardgated", "--adopt", arguments.user}, patience, *boardgated);
    if (end.status != 0) return refused("boardgate's database cannot be changed: " + end.output);
    const std::string boards = end.output.substr(0, end.output.find('\n'));
    Json::Value result(Json::objectValue);
    result["boards"] = boards;
    print(arguments.json ? text_of(result) : fmt::format("{} boards come back when {} logs in", boards, arguments.user));
    return {};
}

CommandResult<void> set_up(const Arguments& arguments) {
    if (access(BOARDGATE_LIBEXECDIR "/boardgate-site", X_OK) != 0)
        return refused("the server is not installed on this machine: apt-get install boardgate");
    if (geteuid() != 0) return refused("only root can set up the server: sudo boardgate setup");
    SetupArguments answers = arguments.setup;
    if (!answers.yes) ask_for_the_rest(answers, configured_name(), has_certificate());
    const auto plan = plan_of(answers, configured_name(), has_certificate());
    if (!plan) return tl::make_unexpected(plan.error());
    const auto address = carry_out(*plan);
    if (!address) return tl::make_unexpected(address.error());
    for (const Finding& finding : examine_installation()) {
        if (!finding.fine) say(fmt::format("still wrong: {}\n         do: {}", finding.what, finding.remedy));
    }
    Json::Value result(Json::objectValue);
    result["address"] = *address;
    print(arguments.json ? text_of(result) : "boardgate is at " + *address);
    return {};
}

}  // namespace boardgate::cli
