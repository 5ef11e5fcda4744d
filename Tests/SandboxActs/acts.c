// What somebody who has taken over the process would try, one act a function. None of them does harm where it succeeds,
// because the test runs them on folders and processes of its own.
#define _GNU_SOURCE
#include "SandboxActs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static int stream = -1;
static char path[4096];

static int result(long value) { return value < 0 ? -errno : 0; }

static const char *in(const char *folder, const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int opening(const char *file, int flags) {
    int descriptor = open(file, flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return -errno;
    close(descriptor);
    return 0;
}

static int socketing(int family, int type, int protocol) {
    int descriptor = socket(family, type, protocol);
    if (descriptor < 0) return -errno;
    close(descriptor);
    return 0;
}

static struct sockaddr_in nowhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return address;
}

// Packets of the loopback interface, as a capture that is opened again gets them.
static int capturing(void) {
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    if (descriptor < 0) return -errno;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)1, .sll_protocol = htons(3)};
    int status = result(bind(descriptor, (struct sockaddr *)&address, sizeof address));
    close(descriptor);
    return status;
}

static int rename_between(const char *from_folder, const char *to_folder) {
    char from[4096];
    snprintf(from, sizeof from, "%s/there", from_folder);
    return result(rename(from, in(to_folder, "taken")));
}

static int link_between(const char *from_folder, const char *to_folder) {
    char from[4096];
    snprintf(from, sizeof from, "%s/there", from_folder);
    return result(link(from, in(to_folder, "linked")));
}

static int making_code(int through_protection) {
    int protection = PROT_READ | PROT_WRITE | (through_protection ? 0 : PROT_EXEC);
    void *memory = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -errno;
    return through_protection ? result(mprotect(memory, 4096, PROT_READ | PROT_EXEC)) : 0;
}

static int starting(void) {
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) _exit(0);
    return 0;
}

static int executing(void) {
    char *arguments[] = {"/bin/true", NULL};
    return result(execv(arguments[0], arguments));
}

static int reading_memory(void) {
    char byte = 0;
    struct iovec own = {&byte, 1}, there = {&stream, 1};
    return result(process_vm_readv(getppid(), &own, 1, &there, 1, 0));
}

static int reading_environment_of_parent(void) {
    snprintf(path, sizeof path, "/proc/%d/environ", getppid());
    return opening(path, O_RDONLY);
}

static int raising_limit(void) {
    struct rlimit limit = {64, 64};
    return result(setrlimit(RLIMIT_NOFILE, &limit));
}

static int typing(void) {
    char letter = 'x';
    return result(ioctl(0, TIOCSTI, &letter));
}

static int writing_own(const char *own) {
    char draft[4096];
    snprintf(draft, sizeof draft, "%s/draft", own);
    int descriptor = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return -errno;
    int status = result(write(descriptor, "x", 1));
    if (status == 0) status = result(fchmod(descriptor, 0640));
    if (status == 0) status = result(fsync(descriptor));
    close(descriptor);
    if (status == 0) status = result(link(draft, in(own, "second")));
    if (status == 0) status = result(unlink(in(own, "second")));
    if (status == 0) status = result(rename(draft, in(own, "final")));
    if (status == 0) status = opening(in(own, "final"), O_RDWR | O_TRUNC);
    if (status == 0) status = result(unlink(in(own, "final")));
    return status;
}

static void *nothing(void *argument) { return argument; }

static int threading(void) {
    pthread_t thread;
    int status = -pthread_create(&thread, NULL, nothing, NULL);
    return status == 0 ? -pthread_join(thread, NULL) : status;
}

void sandbox_acts_prepare(void) { stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

#define ACT(word, expression) \
    if (strcmp(name, word) == 0) return (expression)

int sandbox_act(const char *name, const char *own, const char *other) {
    struct sockaddr_in address = nowhere();
    struct timeval long_ago = {1, 0};
    char byte = 0;
    // Files.
    ACT("read", opening(in(other, "there"), O_RDONLY));
    ACT("read-passwords", opening("/etc/shadow", O_RDONLY));
    ACT("list", opening(other, O_RDONLY | O_DIRECTORY));
    ACT("write", opening(in(other, "there"), O_WRONLY));
    ACT("create", opening(in(other, "new"), O_WRONLY | O_CREAT));
    ACT("truncate", result(truncate(in(other, "there"), 0)));
    ACT("remove", result(unlink(in(other, "there"))));
    ACT("rename-in", rename_between(other, own));
    ACT("rename-out", rename_between(own, other));
    ACT("link-in", link_between(other, own));
    ACT("link-out", link_between(own, other));
    ACT("symlink", result(symlink("/etc/shadow", in(own, "way"))));
    ACT("mkfifo", result(mkfifo(in(own, "fifo"), 0600)));
    ACT("mknod", result(mknod(in(own, "device"), S_IFCHR | 0600, 0x103)));
    ACT("mkdir", result(mkdir(in(own, "folder"), 0700)));
    ACT("chmod", result(chmod(in(other, "there"), 0666)));
    ACT("chown", result(chown(in(other, "there"), 1, 1)));
    ACT("setxattr", result(setxattr(in(own, "there"), "user.x", &byte, 1, 0)));
    ACT("device", opening("/dev/kmsg", O_WRONLY));
    ACT("environment", reading_environment_of_parent());
    // Sockets.
    ACT("inet", socketing(AF_INET, SOCK_DGRAM, 0));
    ACT("inet6", socketing(AF_INET6, SOCK_STREAM, 0));
    ACT("unix", socketing(AF_UNIX, SOCK_STREAM, 0));
    ACT("firewall", socketing(AF_NETLINK, SOCK_RAW, 12));
    ACT("audit", socketing(AF_NETLINK, SOCK_RAW, 9));
    ACT("vsock", socketing(AF_VSOCK, SOCK_STREAM, 0));
    ACT("alg", socketing(AF_ALG, SOCK_SEQPACKET, 0));
    ACT("connect", result(connect(stream, (struct sockaddr *)&address, sizeof address)));
    ACT("bind", result(bind(stream, (struct sockaddr *)&address, sizeof address)));
    ACT("listen", result(listen(stream, 1)));
    ACT("accept", result(accept(stream, NULL, NULL)));
    // Processes.
    ACT("fork", starting());
    ACT("clone3", result(syscall(SYS_clone3, NULL, 0)));
    ACT("exec", executing());
    ACT("ptrace", result(ptrace(PTRACE_ATTACH, getppid(), 0, 0)));
    ACT("read-memory", reading_memory());
    ACT("kill", result(kill(getppid(), 0)));
    ACT("tgkill", result(syscall(SYS_tgkill, getppid(), getppid(), 0)));
    ACT("setuid", result(setuid(0)));
    ACT("setgroups", result(syscall(SYS_setgroups, 0, NULL)));
    ACT("capset", result(syscall(SYS_capset, NULL, NULL)));
    ACT("limit", raising_limit());
    ACT("dumpable", result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)));
    ACT("code", making_code(0));
    ACT("protect", making_code(1));
    // The system.
    ACT("mount", result(mount("none", own, "tmpfs", 0, NULL)));
    ACT("chroot", result(chroot(own)));
    ACT("unshare", result(unshare(CLONE_NEWNET)));
    ACT("setns", result(setns(0, 0)));
    ACT("hostname", result(sethostname("x", 1)));
    ACT("clock", result(settimeofday(&long_ago, NULL)));
    ACT("module", result(syscall(SYS_init_module, NULL, 0, "")));
    ACT("bpf", result(syscall(SYS_bpf, 0, NULL, 0)));
    ACT("perf", result(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0)));
    ACT("io_uring", result(syscall(SYS_io_uring_setup, 1, NULL)));
    ACT("userfaultfd", result(syscall(SYS_userfaultfd, 0)));
    ACT("keys", result(syscall(SYS_add_key, "user", "x", "x", 1, -1)));
    ACT("memfd", result(syscall(SYS_memfd_create, "x", 0)));
    ACT("type", typing());
    // What must go on.
    ACT("own-files", writing_own(own));
    ACT("thread", threading());
    ACT("packets", capturing());
    ACT("routes", socketing(AF_NETLINK, SOCK_RAW, 0));
    ACT("local-time", opening("/etc/localtime", O_RDONLY));
    return 1;
}
