// Sends the frames of a capture on an interface at a rate, for live benchmarks inside a network namespace of their own.
//
//     SendFrames FILE.pcap INTERFACE FRAMES-A-SECOND SECONDS
//
// Refuses to run anywhere else: where the namespace is seen to be that of process 1, where any interface but lo and those named
// earshot-* is there, on an interface of another name, and for longer than a minute. A file that ends begins anew.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char ours[] = "earshot-";
static const size_t fileHeader = 24, recordHeader = 16;
enum { batch = 64 };

static int fail(const char *text) {
    fprintf(stderr, "SendFrames: %s\n", text);
    return 1;
}

static bool isOurs(const char *name) { return strncmp(name, ours, sizeof ours - 1) == 0; }

// Whether nothing but a pair of interfaces made for this is in reach.
static bool isAlone(void) {
    struct stat own, first;
    // In a container process 1 may be out of sight; a namespace with nothing but our pair leads nowhere all the same.
    if (stat("/proc/self/ns/net", &own) != 0) return false;
    if (stat("/proc/1/ns/net", &first) == 0 && own.st_ino == first.st_ino && own.st_dev == first.st_dev) return false;
    struct if_nameindex *all = if_nameindex();
    if (!all) return false;
    bool alone = true;
    for (struct if_nameindex *one = all; one->if_name; one++)
        if (strcmp(one->if_name, "lo") != 0 && !isOurs(one->if_name)) alone = false;
    if_freenameindex(all);
    return alone;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// Opens a socket that sends past the queue of the interface.
static int open_interface(const char *name) {
    int file = socket(AF_PACKET, SOCK_RAW, 0), yes = 1;
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
    if (file < 0 || bind(file, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    setsockopt(file, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
    return file;
}

int main(int count, char **words) {
    if (count != 5) return fail("usage: SendFrames FILE.pcap INTERFACE FRAMES-A-SECOND SECONDS");
    if (!isAlone() || !isOurs(words[2])) return fail("only in a network namespace made for it, on an interface earshot-*");
    double rate = atof(words[3]), seconds = atof(words[4]);
    if (rate <= 0 || seconds <= 0 || seconds > 60) return fail("the rate is above 0, the time up to 60 seconds");
    int capture = open(words[1], O_RDONLY);
    struct stat status;
    if (capture < 0 || fstat(capture, &status) != 0 || (size_t)status.st_size < fileHeader + recordHeader)
        return fail("there is no such capture");
    size_t size = (size_t)status.st_size;
    uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, capture, 0);
    int out = open_interface(words[2]);
    if (bytes == MAP_FAILED || out < 0) return fail("the capture or the interface cannot be opened");

    struct mmsghdr messages[batch];
    struct iovec pieces[batch];
    size_t offset = fileHeader;
    uint64_t sent = 0, refused = 0, octets = 0;
    double start = now(), passed = 0;
    while ((passed = now() - start) < seconds) {
        // As many as are due; a sender that falls behind goes on as fast as it can.
        if ((double)sent > passed * rate) continue;
        memset(messages, 0, sizeof messages);
        for (int index = 0; index < batch; index++) {
            uint32_t length = 0;
            if (offset + recordHeader <= size) memcpy(&length, bytes + offset + 8, sizeof length);
            if (length == 0 || offset + recordHeader + length > size) {
                offset = fileHeader;
                memcpy(&length, bytes + offset + 8, sizeof length);
            }
            pieces[index] = (struct iovec){bytes + offset + recordHeader, length};
            messages[index].msg_hdr.msg_iov = &pieces[index];
            messages[index].msg_hdr.msg_iovlen = 1;
            offset += recordHeader + length;
            octets += length;
        }
        for (int done = 0; done < batch;) {
            int taken = sendmmsg(out, messages + done, (unsigned)(batch - done), 0);
            if (taken < 0) refused++;
            done += taken < 0 ? 1 : taken;
        }
        sent += batch;
    }
    printf("{\"sent\": %llu, \"refused\": %llu, \"octets\": %llu, \"seconds\": %.3f}\n", (unsigned long long)(sent - refused),
           (unsigned long long)refused, (unsigned long long)octets, passed);
    return 0;
}
