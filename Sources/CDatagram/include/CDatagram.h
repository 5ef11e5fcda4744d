#ifndef EARSHOT_CDATAGRAM_H
#define EARSHOT_CDATAGRAM_H

#include <stddef.h>
#include <stdint.h>

// Opens a UDP socket that is connected to a host, by name or address; -1 with a reason in `problem` where that fails.
int datagram_open(const char *host, const char *port, char *problem, size_t size);

// Opens a socket that is connected to the local socket of a log daemon: datagrams, else a stream (`is_stream` becomes 1).
int datagram_open_local(const char *path, int *is_stream, char *problem, size_t size);

// Sends all of it as one message; 0, or the number of the system's error.
int datagram_send(int descriptor, const uint8_t *bytes, size_t length);

#endif
