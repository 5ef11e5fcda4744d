#define _GNU_SOURCE
#include "CDatagram.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static void tell(char *problem, size_t size, const char *text) {
    strncpy(problem, text, size - 1);
    problem[size - 1] = 0;
}

int datagram_open(const char *host, const char *port, char *problem, size_t size) {
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(host, port, &hints, &found);
    if (status != 0) {
        tell(problem, size, gai_strerror(status));
        return -1;
    }
    int descriptor = -1;
    for (struct addrinfo *next = found; next && descriptor < 0; next = next->ai_next) {
        descriptor = socket(next->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (descriptor >= 0 && connect(descriptor, next->ai_addr, next->ai_addrlen) != 0) {
            tell(problem, size, strerror(errno));
            close(descriptor);
            descriptor = -1;
        }
    }
    freeaddrinfo(found);
    return descriptor;
}

int datagram_open_local(const char *path, int *is_stream, char *problem, size_t size) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        tell(problem, size, "the path of the socket is too long");
        return -1;
    }
    strcpy(address.sun_path, path);
    *is_stream = 0;
    int types[] = {SOCK_DGRAM, SOCK_STREAM};
    for (int place = 0; place < 2; place++) {
        int descriptor = socket(AF_UNIX, types[place] | SOCK_CLOEXEC, 0);
        if (descriptor < 0) break;
        // A daemon that hangs must not hold the sender for ever.
        struct timeval limit = {.tv_sec = 10};
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
            *is_stream = place;
            return descriptor;
        }
        int number = errno;
        close(descriptor);
        if (number != EPROTOTYPE) {
            tell(problem, size, strerror(number));
            return -1;
        }
    }
    tell(problem, size, strerror(errno));
    return -1;
}

int datagram_send(int descriptor, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN ? ETIMEDOUT : errno;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}
