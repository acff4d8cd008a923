// SPDX-License-Identifier: MIT
// Preloaded into a program (ld.so(8)): when the file /opt/die_at has a number n, the program is killed at its n-th change of a
// file since then, in the middle of it where it is a write of several bytes. For test_death_at_every_write.py.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace {

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::atomic<long> changes = 0;

/// 0: nobody asked. Each writing of the file begins the count anew.
long die_at() {
    static std::atomic<long> written = 0;
    const int fd = open("/opt/die_at", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char text[16] = {};
    struct stat about {};
    fstat(fd, &about);
    const long when = about.st_mtim.tv_sec * 1'000'000'000L + about.st_mtim.tv_nsec;
    if (written.exchange(when) != when) changes = 0;
    const ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    long number = 0;
    for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; ++i) number = number * 10 + (text[i] - '0');
    return number;
}

bool now() {
    const long at = die_at();
    return at != 0 && ++changes == at;
}

bool is_file(int fd) {
    struct stat about {};
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

[[noreturn]] void die() {
    for (;;) kill(getpid(), SIGKILL);
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
    const auto go_on = real<ssize_t(int, const void*, size_t)>("write");
    if (is_file(fd) && now()) {
        go_on(fd, bytes, size / 2);
        die();
    }
    return go_on(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
    const auto go_on = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    if (is_file(fd) && now()) {
        go_on(fd, bytes, size / 2, offset);
        die();
    }
    return go_on(fd, bytes, size, offset);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) { return pwrite64(fd, bytes, size, offset); }

int fsync(int fd) {
    if (now()) die();
    return real<int(int)>("fsync")(fd);
}
int fdatasync(int fd) {
    if (now()) die();
    return real<int(int)>("fdatasync")(fd);
}
int ftruncate64(int fd, off64_t size) {
    if (now()) die();
    return real<int(int, off64_t)>("ftruncate64")(fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int rename(const char* from, const char* to) {
    if (now()) die();
    return real<int(const char*, const char*)>("rename")(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
    if (now()) die();
    return real<int(int, const char*, int, const char*)>("renameat")(from_folder, from, to_folder, to);
}
int unlink(const char* path) {
    if (now()) die();
    return real<int(const char*)>("unlink")(path);
}
int unlinkat(int folder, const char* path, int flags) {
    if (now()) die();
    return real<int(int, const char*, int)>("unlinkat")(folder, path, flags);
}
}
