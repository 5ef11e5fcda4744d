#define _GNU_SOURCE
#include "file_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { descriptors = 4096, most_files = 64 };

// Bytes of a file as they were before a write that was not synced yet.
struct before {
    int file;
    off_t offset;
    off_t size;
    size_t length;
    char *bytes;
};

static atomic_ulong calls, full_writes;
static char *names[descriptors];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// Files that were written to, each by a descriptor of its own: closing one would let go of the process's locks.
static struct {
    dev_t device;
    ino_t number;
    int descriptor;
} files[most_files];
static int file_count;
static struct before *unsynced;
static size_t unsynced_count, unsynced_room;
static int log_descriptor = -1;

unsigned long file_faults_count(void) { return atomic_load(&calls); }

static const char *setting(const char *name) {
    const char *text = getenv(name);
    return text != NULL && *text != 0 ? text : NULL;
}

static bool is_below(const char *path) {
    const char *folder = setting("FAULT_BELOW");
    return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static const char *name_of(int descriptor) {
    return descriptor >= 0 && descriptor < descriptors ? names[descriptor] : NULL;
}

static bool is_kind(const char *kind) {
    const char *wanted = setting("FAULT_KIND");
    return wanted != NULL && strcmp(wanted, kind) == 0;
}

static void log_call(unsigned long number, const char *call, const char *path) {
    const char *log = setting("FAULT_LOG");
    if (log == NULL) return;
    if (log_descriptor < 0) {
        log_descriptor = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%lu %s %s\n", number, call, path);
    if (length > 0) (void)!syscall(SYS_write, log_descriptor, line, (size_t)length);
}

// Lets a reader look at the store while this process holds its locks and its place.
static void look(void) {
    const char *command = setting("FAULT_LOOK");
    if (command == NULL) return;
    char *rest[512];
    int count = 0;
    for (char **entry = environ; *entry != NULL && count < 511; entry++) {
        if (strncmp(*entry, "LD_PRELOAD=", 11) != 0 && strncmp(*entry, "FAULT_", 6) != 0) rest[count++] = *entry;
    }
    rest[count] = NULL;
    char *arguments[] = {"sh", "-c", (char *)command, NULL};
    pid_t child;
    int status;
    if (posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, rest) == 0) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    }
}

// The files become what they were when they were synced last.
static void cut_power(void) {
    pthread_mutex_lock(&lock);
    while (unsynced_count > 0) {
        struct before *last = &unsynced[--unsynced_count];
        int descriptor = files[last->file].descriptor;
        (void)!syscall(SYS_pwrite64, descriptor, last->bytes, last->length, last->offset);
        (void)!syscall(SYS_ftruncate, descriptor, last->size);
    }
}

// Counts a call, and says whether it is the one that fails: errno is set then. Does not come back where the process ends.
static bool fails(const char *call, const char *path) {
    int kept = errno;
    unsigned long number = atomic_fetch_add(&calls, 1) + 1;
    log_call(number, call, path);
    const char *wanted = setting("FAULT_NUMBER");
    if (wanted == NULL || strtoul(wanted, NULL, 10) != number) {
        errno = kept;
        return false;
    }
    look();
    if (is_kind("cut")) cut_power();
    if (is_kind("cut") || is_kind("end")) syscall(SYS_exit_group, 137);
    errno = is_kind("EIO") ? EIO : is_kind("ENOSPC") ? ENOSPC : is_kind("EINTR") ? EINTR : kept;
    return !is_kind("torn");
}

static bool is_torn(unsigned long number) {
    const char *wanted = setting("FAULT_NUMBER");
    return is_kind("torn") && wanted != NULL && strtoul(wanted, NULL, 10) == number;
}

static bool is_full(const char *path) {
    const char *end = setting("FAULT_FULL");
    if (end == NULL) return false;
    size_t length = strlen(path), wanted = strlen(end);
    if (length < wanted || strcmp(path + length - wanted, end) != 0) return false;
    const char *room = setting("FAULT_ROOM");
    return atomic_fetch_add(&full_writes, 1) >= (room == NULL ? 0 : strtoul(room, NULL, 10));
}

// Keeps what a change of a file is about to overwrite, for a power cut.
static void keep(int descriptor, off_t offset, size_t length) {
    struct stat status;
    if (!is_kind("cut") || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
    pthread_mutex_lock(&lock);
    int file = 0;
    while (file < file_count
           && (files[file].device != status.st_dev || files[file].number != status.st_ino)) file++;
    if (file == file_count && file_count < most_files) {
        files[file].device = status.st_dev;
        files[file].number = status.st_ino;
        files[file_count++].descriptor = (int)syscall(SYS_dup, descriptor);
    }
    if (unsynced_count == unsynced_room) {
        unsynced_room = unsynced_room * 2 + 64;
        unsynced = realloc(unsynced, unsynced_room * sizeof *unsynced);
    }
    if (unsynced != NULL && file < most_files) {
        struct before *entry = &unsynced[unsynced_count++];
        *entry = (struct before){.file = file, .offset = offset, .size = status.st_size};
        if (offset < status.st_size) {
            size_t there = (size_t)(status.st_size - offset);
            entry->length = there < length ? there : length;
            entry->bytes = malloc(entry->length);
            if (entry->bytes == NULL) entry->length = 0;
            (void)!syscall(SYS_pread64, descriptor, entry->bytes, entry->length, offset);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void forget(int descriptor) {
    struct stat status;
    if (!is_kind("cut") || fstat(descriptor, &status) != 0) return;
    pthread_mutex_lock(&lock);
    size_t kept = 0;
    for (size_t index = 0; index < unsynced_count; index++) {
        struct before *entry = &unsynced[index];
        if (files[entry->file].device == status.st_dev && files[entry->file].number == status.st_ino) {
            free(entry->bytes);
        } else {
            unsynced[kept++] = *entry;
        }
    }
    unsynced_count = kept;
    pthread_mutex_unlock(&lock);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    bool counts = is_below(path);
    // Reading changes nothing, and has its own ways to fail.
    if (counts && (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && fails("open", path)) return -1;
    int descriptor = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (descriptor >= 0 && descriptor < descriptors && counts) {
        free(names[descriptor]);
        names[descriptor] = strdup(path);
    }
    return descriptor;
}

#define MODE(flags, mode)                                  \
    mode_t mode = 0;                                       \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest;                                      \
        va_start(rest, flags);                             \
        mode = va_arg(rest, mode_t);                       \
        va_end(rest);                                      \
    }

int open(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(folder, path, flags | O_LARGEFILE, mode);
}

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < descriptors) {
        free(names[descriptor]);
        names[descriptor] = NULL;
    }
    return (int)syscall(SYS_close, descriptor);
}

// Writes; where the fault tears it, half is written and the process ends.
static ssize_t written(const char *call, int descriptor, const void *bytes, size_t count, off_t offset, bool moves) {
    const char *path = name_of(descriptor);
    if (path != NULL) {
        if (is_full(path)) {
            errno = ENOSPC;
            return -1;
        }
        if (fails(call, path)) return -1;
        if (moves) offset = (off_t)syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
        keep(descriptor, offset, count);
        if (is_torn(atomic_load(&calls))) {
            (void)!syscall(SYS_pwrite64, descriptor, bytes, count / 2, offset);
            syscall(SYS_exit_group, 137);
        }
    }
    return moves ? syscall(SYS_write, descriptor, bytes, count)
                 : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    return written("write", descriptor, bytes, count, 0, true);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return written("pwrite", descriptor, bytes, count, offset, false);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return written("pwrite", descriptor, bytes, count, offset, false);
}

static int synced(const char *call, int descriptor, long number) {
    const char *path = name_of(descriptor);
    if (path != NULL && fails(call, path)) return -1;
    int result = (int)syscall(number, descriptor);
    if (result == 0) forget(descriptor);
    return result;
}

int fsync(int descriptor) { return synced("fsync", descriptor, SYS_fsync); }

int fdatasync(int descriptor) { return synced("fdatasync", descriptor, SYS_fdatasync); }

static int cut_off(int descriptor, off_t length) {
    const char *path = name_of(descriptor);
    if (path != NULL) {
        if (fails("ftruncate", path)) return -1;
        keep(descriptor, length, SIZE_MAX);
    }
    return (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) { return cut_off(descriptor, length); }

int ftruncate64(int descriptor, off64_t length) { return cut_off(descriptor, length); }

int rename(const char *from, const char *to) {
    if ((is_below(from) || is_below(to)) && fails("rename", from)) return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to) {
    if ((is_below(from) || is_below(to)) && fails("link", to)) return -1;
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    if (is_below(path) && fails("unlink", path)) return -1;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int remove(const char *path) {
    if (is_below(path) && fails("unlink", path)) return -1;
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int folder, const char *path, int flags) {
    if (is_below(path) && fails("unlink", path)) return -1;
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}

int fchmod(int descriptor, mode_t mode) {
    const char *path = name_of(descriptor);
    if (path != NULL && fails("fchmod", path)) return -1;
    return (int)syscall(SYS_fchmod, descriptor, mode);
}
