// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "src/base/fd.h"
#include "src/base/settings.h"
#include "src/cli/program.h"
#include "src/cli/server_files.h"
#include "src/cli/setup.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

constexpr std::chrono::seconds patience{60};
/// The time limit of downloads, and of making a venv on a busy machine.
constexpr std::chrono::seconds long_patience{900};
constexpr const char* server_file = "/etc/boardgate/nginx-server.conf";
constexpr const char* self_signed_certificate = "/etc/boardgate/tls.crt";
constexpr const char* self_signed_key = "/etc/boardgate/tls.key";
constexpr const char* site_program = BOARDGATE_LIBEXECDIR "/boardgate-site";
constexpr const char* requirements = BOARDGATE_LIBEXECDIR "/tensorboard-requirements.txt";
constexpr const char* acme_folder = "/var/lib/boardgate-acme";
constexpr const char* environment_folder = "/opt/tensorboard";
constexpr const char* tensorboard_program = "/opt/tensorboard/bin/tensorboard";
/// Setup and the package remove an environment only if this file is in it. It is there before anything else.
constexpr const char* made_by_us = "/opt/tensorboard/made-by-boardgate";

std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Writes the file as a whole or not at all. Keeps owner and mode; everybody can read a new file.
CommandResult<void> write_file(const std::string& path, const std::string& text) {
    struct stat before {};
    before.st_mode = 0644;
    (void)stat(path.c_str(), &before);
    std::string fresh = path + ".XXXXXX";
    const Fd file(mkostemp(fresh.data(), O_CLOEXEC));
    const bool written = file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         fchmod(file.get(), before.st_mode & 07777) == 0 && fchown(file.get(), before.st_uid, before.st_gid) == 0 &&
                         fsync(file.get()) == 0 && rename(fresh.c_str(), path.c_str()) == 0;
    if (written) return {};
    const std::string why = std::generic_category().message(errno);
    unlink(fresh.c_str());
    return refused(fmt::format("{} cannot be written: {}", path, why));
}

/// Runs a program; the error has the end of its output.
CommandResult<void> run(const std::vector<std::string>& words, std::chrono::seconds longest = patience) {
    const ProgramEnd end = run_program(words, longest);
    if (end.status == 0) return {};
    constexpr std::size_t most = 1500;
    const std::string tail = end.output.size() > most ? end.output.substr(end.output.size() - most) : end.output;
    std::string command;
    for (const std::string& word : words) command += (command.empty() ? "" : " ") + word;
    return refused(fmt::format("{}: status {}{}{}", command, end.status, tail.empty() ? "" : "\n", tail));
}

CommandResult<void> make_self_signed(const std::string& name) {
    const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
    return run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "825", "-subj",
                "/CN=" + name.substr(0, 64), "-addext", "subjectAltName=" + std::string(is_address ? "IP:" : "DNS:") + name, "-keyout",
                self_signed_key, "-out", self_signed_certificate});
}

CommandResult<void> write_server_file(const std::string& name, const std::string& certificate, const std::string& key) {
    std::string text = with_directive(contents(server_file), "server_name", name);
    if (!certificate.empty()) {
        text = with_directive(text, "ssl_certificate", certificate);
        text = with_directive(text, "ssl_certificate_key", key);
    }
    return write_file(server_file, text);
}

/// Writes the settings, unless boardgate would refuse the resulting file.
CommandResult<void> write_settings(const ServerPlan& plan) {
    std::string text = with_setting(contents(settings_path), "address", "https://" + plan.name);
    const bool self_signed = plan.kind == Certificate::self_signed;
    // Remove only the authority that setup has written, not the site's own.
    const auto before = parse_settings(text, settings_path);
    if (self_signed || (plan.kind != Certificate::keep && before && before->certificate_authority == self_signed_certificate))
        text = with_setting(text, "certificate_authority", self_signed ? self_signed_certificate : "");
    if (!plan.run_roots.empty()) text = with_setting(text, "run_roots", plan.run_roots);
    if (!plan.administrators.empty()) text = with_setting(text, "administrators", plan.administrators);
    if (const auto settings = parse_settings(text, settings_path); !settings) return refused(settings.error().front());
    return write_file(settings_path, text);
}

/// The site may answer with any certificate meanwhile: the authority verifies the name over http.
CommandResult<void> fetch_by_certbot(const ServerPlan& plan) {
    if (run_program({"certbot", "--version"}, patience).status != 0)
        return refused("certbot is not installed: apt-get install certbot, then boardgate setup again");
    std::vector<std::string> words = {"certbot",   "certonly",      "--non-interactive",      "--agree-tos", "--webroot", "--webroot-path",
                                      acme_folder, "--deploy-hook", "systemctl reload nginx", "--cert-name", plan.name,   "-d",
                                      plan.name};
    if (plan.email.empty()) {
        words.push_back("--register-unsafely-without-email");
    } else {
        words.insert(words.end(), {"--email", plan.email});
    }
    return run(words, long_patience);
}

CommandResult<void> install_tensorboard() {
    const auto settings = read_settings();
    const auto named = settings ? settings->environments.find("default") : std::map<std::string, std::string>::const_iterator{};
    if (settings && named != settings->environments.end() && named->second != tensorboard_program) {
        say(fmt::format("TensorBoard: boardgate.conf names {}", named->second));
        return {};
    }
    if (access(tensorboard_program, X_OK) == 0) {
        say(fmt::format("TensorBoard: {} exists and stays as it is", tensorboard_program));
        return {};
    }
    std::error_code failure;
    if (access(made_by_us, F_OK) != 0 && std::filesystem::exists(environment_folder, failure) &&
        !std::filesystem::is_empty(environment_folder, failure))
        return refused(
            fmt::format("{} exists without a TensorBoard: move it away and run boardgate setup again, "
                        "or name another environment in boardgate.conf",
                        environment_folder));
    say(fmt::format("TensorBoard: into {}, about 170 MB", environment_folder));
    // People must be able to run the environment, whatever root's umask is.
    const mode_t before = umask(022);
    std::filesystem::create_directories(environment_folder, failure);
    auto done = write_file(made_by_us, "by boardgate setup; removed with the package's configuration\n");
    if (done) done = run({"python3", "-m", "venv", environment_folder}, long_patience);
    if (done)
        done = run({std::string(environment_folder) + "/bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary",
                    ":all:", "--no-cache-dir", "--compile", "--disable-pip-version-check", "--root-user-action=ignore", "-r", requirements},
                   long_patience);
    // The next attempt would take an incomplete environment for a complete one.
    if (!done) std::filesystem::remove_all(environment_folder, failure);
    umask(before);
    return done;
}

CommandResult<void> start_all() {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"systemctl", "enable", "--now", "boardgate.target"},
                                               {"systemctl", "try-restart", "boardgated.service", "boardgate-gate.service"},
                                               {"systemctl", "start", "boardgate-frontend.service"}}) {
        if (auto done = run(words); !done) return done;
    }
    return {};
}

CommandResult<void> open_site() {
    if (auto enabled = run({site_program, "enable"}); !enabled) return enabled;
    return run({"systemctl", "reload-or-restart", "nginx"});
}

}  // namespace

std::string configured_name() {
    std::string name = directive_in(contents(server_file), "server_name");
    name.resize(std::min(name.find(' '), name.size()));
    if (!name.empty() && name != "boardgate.example.org") return name;
    char host[256] = {};
    if (gethostname(host, sizeof host - 1) != 0) return {};
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    addrinfo* found = nullptr;
    if (getaddrinfo(host, nullptr, &hints, &found) != 0) return host;
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> kept(found, freeaddrinfo);
    return found->ai_canonname == nullptr ? host : found->ai_canonname;
}

bool has_certificate() {
    const std::string path = directive_in(contents(server_file), "ssl_certificate");
    return !path.empty() && access(path.c_str(), R_OK) == 0;
}

CommandResult<std::string> carry_out(const ServerPlan& plan) {
    if (const auto prepared = run({site_program, "prepare"}); !prepared) return tl::make_unexpected(prepared.error());
    if (const auto written = write_settings(plan); !written) return tl::make_unexpected(written.error());
    const bool made_here = plan.kind == Certificate::self_signed || (plan.kind == Certificate::certbot && !has_certificate());
    if (made_here) {
        if (const auto made = make_self_signed(plan.name); !made) return tl::make_unexpected(made.error());
    }
    auto done = made_here ? write_server_file(plan.name, self_signed_certificate, self_signed_key)
                          : write_server_file(plan.name, plan.certificate, plan.key);
    if (done) done = start_all();
    if (done) done = open_site();
    if (done && plan.kind == Certificate::certbot) {
        const std::string folder = "/etc/letsencrypt/live/" + plan.name;
        done = fetch_by_certbot(plan);
        if (done) done = write_server_file(plan.name, folder + "/fullchain.pem", folder + "/privkey.pem");
        if (done) done = open_site();
    }
    // The last step: if it fails without internet, the rest works, and running setup again repeats it.
    if (done && plan.tensorboard) done = install_tensorboard();
    if (done) done = run({"systemctl", "start", "boardgate-frontend.service"}, long_patience);
    if (!done) return tl::make_unexpected(done.error());
    return "https://" + plan.name;
}

}  // namespace boardgate::cli
