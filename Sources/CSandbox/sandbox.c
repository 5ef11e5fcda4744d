#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int result(long value) { return value < 0 ? -errno : (int)value; }

int sandbox_prctl(int option, unsigned long argument) { return result(prctl(option, argument, 0, 0, 0)); }

int sandbox_clear_ambient_capabilities(void) {
    return result(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
}

int sandbox_permitted_capabilities(uint64_t *permitted) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    int status = result(syscall(SYS_capget, &header, data));
    *permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
    return status;
}

int sandbox_set_capabilities(uint64_t kept) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    data[0].permitted = data[0].effective = (uint32_t)kept;
    data[1].permitted = data[1].effective = (uint32_t)(kept >> 32);
    return result(syscall(SYS_capset, &header, data));
}

int sandbox_open_place(const char *path) { return result(open(path, O_PATH | O_CLOEXEC)); }

// Written down here because a system's headers may be older than its kernel: <linux/landlock.h> of Linux 6.18, and the
// numbers that all architectures share.
#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446
#define LANDLOCK_VERSION_FLAG 1
#define LANDLOCK_PATH_BENEATH 1

struct landlock_rules {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct landlock_path {
    uint64_t access;
    int32_t path;
} __attribute__((packed));

int sandbox_landlock_version(void) {
    return result(syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION_FLAG));
}

int sandbox_landlock_create(uint64_t files, uint64_t network, uint64_t scopes, size_t size) {
    struct landlock_rules rules = {files, network, scopes};
    return result(syscall(LANDLOCK_CREATE_RULESET, &rules, size < sizeof rules ? size : sizeof rules, 0));
}

int sandbox_landlock_allow(int rules, int path, uint64_t access) {
    struct landlock_path rule = {access, path};
    return result(syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_PATH_BENEATH, &rule, 0));
}

int sandbox_landlock_restrict(int rules) { return result(syscall(LANDLOCK_RESTRICT_SELF, rules, 0)); }

// What the handler needs is made before it is installed: in a handler nothing may be allocated.
#define NAMED_CALLS 512
static const char *call_names[NAMED_CALLS];
static int refusal_status;

void sandbox_name_call(int number, const char *name) {
    if (number >= 0 && number < NAMED_CALLS) call_names[number] = name;
}

static size_t append(char *line, size_t length, size_t limit, const char *text) {
    while (*text != 0 && length < limit) line[length++] = *text++;
    return length;
}

// Calls nothing but what signal-safety(7) allows.
static void tell_refusal(int signal, siginfo_t *information, void *context) {
    (void)signal;
    (void)context;
    int number = information->si_syscall;
    char digits[12];
    size_t first = sizeof digits - 1;
    digits[first] = 0;
    unsigned int rest = number < 0 ? 0 : (unsigned int)number;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    char line[160];
    size_t limit = sizeof line - 1;
    size_t length = append(line, 0, limit, "earshot: the sandbox refused the system call ");
    length = append(line, length, limit, digits + first);
    if (number >= 0 && number < NAMED_CALLS && call_names[number] != NULL) {
        length = append(line, length, limit, " (");
        length = append(line, length, limit, call_names[number]);
        length = append(line, length, limit, ")");
    }
    length = append(line, length, limit, "; the process ends\n");
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
    _exit(refusal_status);
}

int sandbox_tell_refusals(int status) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = tell_refusal;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    refusal_status = status;
    return result(sigaction(SIGSYS, &action, NULL));
}

int sandbox_connect_datagrams(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if ((*path != '/' && *path != '@') || length >= sizeof address.sun_path) return -EINVAL;
    memcpy(address.sun_path, path, length);
    // An abstract name begins with a zero, and has no end but that of its length.
    if (*path == '@') address.sun_path[0] = 0;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path == '/'));
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&address, size) == 0) return descriptor;
    int status = -errno;
    close(descriptor);
    return status;
}
