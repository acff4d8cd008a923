// SPDX-License-Identifier: MIT
// A PAM module that does what its argument says: what modules did to the programs that call them. For tests/attack/test_pam_modules.py.
#include <fcntl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

namespace {

int become(pam_handle_t* pam, const char* user) { return pam_set_item(pam, PAM_USER, user); }

int close_everything() {
    for (int fd = 0; fd < 1024; ++fd) close(fd);
    return PAM_SUCCESS;
}

/// Into the connection to boardgated, wherever it is: a debug line in the wrong place. (A hostile module could write a ticket
/// as well: modules are root.)
int write_everywhere() {
    const std::string line = "pam_hostile: debug\n";
    for (int fd = 0; fd < 16; ++fd) (void)!write(fd, line.data(), line.size());
    return PAM_SUCCESS;
}

int fork_and_stay() {
    if (fork() == 0) {
        setsid();
        for (;;) pause();
    }
    return PAM_AUTH_ERR;
}

int ask(pam_handle_t* pam, int times, std::size_t length) {
    for (int i = 0; i < times; ++i) {
        char* answer = nullptr;
        const int status = pam_prompt(pam, PAM_PROMPT_ECHO_ON, &answer, "%s", std::string(length, 'x').c_str());
        std::free(answer);
        if (status != PAM_SUCCESS) return status;
    }
    return PAM_AUTH_ERR;
}

int loosen() {
    umask(0);
    (void)!chdir("/tmp");
    std::setlocale(LC_ALL, "C");
    return PAM_SUCCESS;
}

const std::map<std::string, std::function<int(pam_handle_t*)>> ways = {
    {"hang",
     [](pam_handle_t*) {
         for (;;) pause();
         return PAM_SUCCESS;
     }},
    {"abort",
     [](pam_handle_t*) {
         std::abort();
         return PAM_SUCCESS;
     }},
    {"crash",
     [](pam_handle_t*) {
         std::raise(SIGSEGV);
         return PAM_SUCCESS;
     }},
    {"exit",
     [](pam_handle_t*) {
         std::exit(0);
         return PAM_SUCCESS;
     }},
    {"quick_exit",
     [](pam_handle_t*) {
         _exit(0);
         return PAM_SUCCESS;
     }},
    {"close", [](pam_handle_t*) { return close_everything(); }},
    {"write", [](pam_handle_t*) { return write_everywhere(); }},
    {"fork", [](pam_handle_t*) { return fork_and_stay(); }},
    {"root", [](pam_handle_t* pam) { return become(pam, "root"); }},
    {"daemon", [](pam_handle_t* pam) { return become(pam, "daemon"); }},
    {"nobody_there", [](pam_handle_t* pam) { return become(pam, "nobody-of-this-name"); }},
    {"no_name", [](pam_handle_t* pam) { return become(pam, ""); }},
    {"unavailable", [](pam_handle_t*) { return PAM_AUTHINFO_UNAVAIL; }},
    {"unknown_status", [](pam_handle_t*) { return 99; }},
    {"many_prompts", [](pam_handle_t* pam) { return ask(pam, 20, 4); }},
    {"long_prompt", [](pam_handle_t* pam) { return ask(pam, 1, 200'000); }},
    {"loosen", [](pam_handle_t*) { return loosen(); }},
};

}  // namespace

extern "C" {

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* pam, int, int argc, const char** argv) {
    const auto way = argc == 1 ? ways.find(argv[0]) : ways.end();
    return way == ways.end() ? PAM_SERVICE_ERR : way->second(pam);
}

PAM_EXTERN int pam_sm_acct_mgmt(pam_handle_t* pam, int flags, int argc, const char** argv) {
    return pam_sm_authenticate(pam, flags, argc, argv);
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }
}
