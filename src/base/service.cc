// SPDX-License-Identifier: MIT
#include "src/base/service.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>

#include "src/base/names.h"

namespace boardgate {

Result<ServiceSockets> service_sockets() {
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    if (count < 0) return system_error("cannot read the sockets passed by systemd", {}, -count);
    ServiceSockets sockets;
    for (int i = 0; i < count; ++i) {
        const int fd = SD_LISTEN_FDS_START + i;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        sockets.emplace(names[i], Fd(fd));
        std::free(names[i]);
    }
    std::free(names);
    if (sockets.empty()) {
        return failure("systemd passed no socket", {}, "start it through systemd: systemctl start boardgate.target");
    }
    return sockets;
}

Result<Fd> take_socket(ServiceSockets& sockets, const std::string& name) {
    const auto found = sockets.find(name);
    if (found == sockets.end()) {
        return failure("systemd passed no socket of this name", name, "check FileDescriptorName= in the socket unit");
    }
    Fd fd = std::move(found->second);
    sockets.erase(found);
    return fd;
}

Result<std::vector<Fd>> take_sockets(ServiceSockets& sockets, const std::string& name) {
    std::vector<Fd> taken;
    while (taken.empty() || sockets.contains(name)) {
        auto one = take_socket(sockets, name);
        if (!one) return error_of(one);
        taken.push_back(*std::move(one));
    }
    return taken;
}

Result<Fd> accepted_connection() {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
        return failure("standard input is not a socket", {}, "start it through its socket unit");
    }
    const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) return system_error("cannot duplicate the connection on standard input");
    Fd connection(fd);
    // Programs that PAM modules start inherit standard input.
    const Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing || dup2(nothing.get(), STDIN_FILENO) < 0) return system_error("cannot open", "/dev/null");
    return connection;
}

namespace {
void notify(const char* change, const std::string& status) { sd_notify(0, (change + ("STATUS=" + printable(status))).c_str()); }
}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\n", status); }
void notify_status(const std::string& status) { notify("", status); }
void notify_stopping(const std::string& status) { notify("STOPPING=1\n", status); }
void keep_socket(const std::string& name, int fd) { sd_pid_notify_with_fds(0, 0, ("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name).c_str(), &fd, 1); }
void forget_socket(const std::string& name) { sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + name).c_str()); }
void notify_more_time(std::chrono::seconds more) {
    sd_notify(0, ("EXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds(more).count())).c_str());
}
void notify_alive() { sd_notify(0, "WATCHDOG=1"); }

}  // namespace boardgate
