#ifndef EARSHOT_CMAXMIND_SHIM_H
#define EARSHOT_CMAXMIND_SHIM_H

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// The library takes the path to a value as a variable number of arguments, or as a list of pointers.

// An entry of an address; the same as the library's, so that Swift needs no name of a pointer for it.
typedef struct {
    MMDB_entry_s entry;
} maxmind_entry;

// Finds the entry of an address of 4 or 16 octets. Returns 1 where there is one, 0 where there is none, and the negative
// number of the library's error where the database is damaged.
static inline int maxmind_find(const MMDB_s *database, const uint8_t *address, int length, maxmind_entry *entry) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const struct sockaddr *wanted;
    if (length == 4) {
        memcpy(&v4.sin_addr, address, 4);
        wanted = (const struct sockaddr *)&v4;
    } else {
        memcpy(&v6.sin6_addr, address, 16);
        wanted = (const struct sockaddr *)&v6;
    }
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(database, wanted, &status);
    // That a database has IPv4 alone is no damage.
    if (status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return 0;
    if (status != MMDB_SUCCESS) return -status;
    entry->entry = found.entry;
    return found.found_entry;
}

// The value under a key, or under a key in the map under another (`inner` may be NULL).
static inline int maxmind_value(maxmind_entry *entry, const char *key, const char *inner, const char *innermost,
                                MMDB_entry_data_s *data) {
    const char *path[] = {key, inner, innermost, NULL};
    return MMDB_aget_value(&entry->entry, data, path) == MMDB_SUCCESS && data->has_data;
}

// Copies a text to `text`, of `size` octets, with a zero behind it; one that is longer is cut. Returns its length, 0 where
// there is no text under that path.
static inline int maxmind_text(maxmind_entry *entry, const char *key, const char *inner, const char *innermost, char *text,
                               int size) {
    MMDB_entry_data_s data;
    if (!maxmind_value(entry, key, inner, innermost, &data) || data.type != MMDB_DATA_TYPE_UTF8_STRING) return 0;
    int length = data.data_size < (uint32_t)size ? (int)data.data_size : size - 1;
    memcpy(text, data.utf8_string, (size_t)length);
    text[length] = 0;
    return length;
}

// The number under a key; 0 where there is none.
static inline uint32_t maxmind_number(maxmind_entry *entry, const char *key) {
    MMDB_entry_data_s data;
    if (!maxmind_value(entry, key, NULL, NULL, &data)) return 0;
    switch (data.type) {
        case MMDB_DATA_TYPE_UINT16: return data.uint16;
        case MMDB_DATA_TYPE_UINT32: return data.uint32;
        case MMDB_DATA_TYPE_UINT64: return data.uint64 <= UINT32_MAX ? (uint32_t)data.uint64 : 0;
        default: return 0;
    }
}

#endif
