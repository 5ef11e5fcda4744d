#ifndef EARSHOT_CCURL_SHIM_H
#define EARSHOT_CCURL_SHIM_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// The library takes options as a variable number of arguments and calls back with pointers: both stay here.

// A connection to one far end, and the answer to the last request.
typedef struct {
    CURL *easy;
    struct curl_slist *headers;
    unsigned char *answer;
    size_t length;
    // Bytes of an answer that are kept; what comes beyond is counted as `length` and thrown away.
    size_t limit;
    // 0: addresses of this machine and of the link are refused.
    int allows_local;
    // 1 where an address was refused for that.
    int was_refused;
    char error[CURL_ERROR_SIZE];
} curl_session;

static inline size_t curl_session_take(char *bytes, size_t size, size_t count, void *context) {
    curl_session *session = (curl_session *)context;
    size_t offered = size * count;
    if (session->length < session->limit) {
        size_t room = session->limit - session->length;
        memcpy(session->answer + session->length, bytes, offered < room ? offered : room);
    }
    // An answer without an end is no answer.
    if (session->length > ((size_t)64 << 20)) return 0;
    session->length += offered;
    return offered;
}

// Whether an address is one of this machine, of the link, or of nobody: RFC 6890, and IPv4 inside of IPv6.
static inline int curl_session_is_local(const struct sockaddr *address) {
    uint32_t v4 = 0;
    if (address->sa_family == AF_INET) {
        v4 = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(v6)) {
            memcpy(&v4, &v6->s6_addr[12], 4);
            v4 = ntohl(v4);
        } else {
            return IN6_IS_ADDR_LOOPBACK(v6) || IN6_IS_ADDR_UNSPECIFIED(v6) || IN6_IS_ADDR_LINKLOCAL(v6) ||
                   IN6_IS_ADDR_MULTICAST(v6);
        }
    } else {
        return 1;
    }
    return v4 >> 24 == 127 || v4 >> 24 == 0 || v4 >> 16 == 0xA9FE || v4 >> 28 >= 0xE;
}

// Asked with the address that is connected to, whatever name led there.
static inline curl_socket_t curl_session_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    curl_session *session = (curl_session *)context;
    if (!session->allows_local && curl_session_is_local(&address->addr)) {
        session->was_refused = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Before the first thread begins.
static inline void curl_session_start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

// A session that keeps so many bytes of an answer; NULL where there is no memory.
static inline curl_session *curl_session_new(size_t limit) {
    curl_session *session = (curl_session *)calloc(1, sizeof(curl_session));
    if (!session) return NULL;
    session->limit = limit;
    session->answer = (unsigned char *)malloc(limit);
    session->easy = curl_easy_init();
    if (!session->easy || !session->answer) {
        if (session->easy) curl_easy_cleanup(session->easy);
        free(session->answer);
        free(session);
        return NULL;
    }
    CURL *easy = session->easy;
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, session->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, curl_session_take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, session);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, curl_session_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, session);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    return session;
}

static inline void curl_session_free(curl_session *session) {
    curl_easy_cleanup(session->easy);
    curl_slist_free_all(session->headers);
    free(session->answer);
    free(session);
}

// Sets a text; it is copied. Returns 0, or the library's number of what is wrong.
static inline int curl_session_text(curl_session *session, CURLoption option, const char *text) {
    return (int)curl_easy_setopt(session->easy, option, text);
}

static inline int curl_session_number(curl_session *session, CURLoption option, long number) {
    return (int)curl_easy_setopt(session->easy, option, number);
}

static inline void curl_session_forget_headers(curl_session *session) {
    curl_slist_free_all(session->headers);
    session->headers = NULL;
}

static inline void curl_session_add_header(curl_session *session, const char *line) {
    struct curl_slist *longer = curl_slist_append(session->headers, line);
    if (longer) session->headers = longer;
}

static inline int curl_session_perform(curl_session *session) {
    session->length = 0;
    session->was_refused = 0;
    session->error[0] = 0;
    return (int)curl_easy_perform(session->easy);
}

// Sends a request with a body, which must stay until this returns, and waits for the answer.
static inline int curl_session_post(curl_session *session, const uint8_t *body, size_t length) {
    curl_easy_setopt(session->easy, CURLOPT_HTTPHEADER, session->headers);
    curl_easy_setopt(session->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(session->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    curl_easy_setopt(session->easy, CURLOPT_POSTFIELDS, (const char *)body);
    return curl_session_perform(session);
}

// The status of the answer, or 0.
static inline long curl_session_status(curl_session *session) {
    long status = 0;
    curl_easy_getinfo(session->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// Seconds that the far end wants to be left alone for, or 0.
static inline int64_t curl_session_retry_after(curl_session *session) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(session->easy, CURLINFO_RETRY_AFTER, &seconds);
    return (int64_t)seconds;
}

// Copies what was kept of the answer into `bytes`, which has room for `limit`; returns how much that is.
static inline size_t curl_session_answer(curl_session *session, uint8_t *bytes) {
    size_t kept = session->length < session->limit ? session->length : session->limit;
    memcpy(bytes, session->answer, kept);
    return kept;
}

// Copies what the library says of an error.
static inline void curl_session_problem(curl_session *session, int number, char *text, size_t size) {
    const char *said = session->error[0] ? session->error : curl_easy_strerror((CURLcode)number);
    strncpy(text, said, size - 1);
    text[size - 1] = 0;
}

static inline int curl_session_socket(curl_session *session) {
    curl_socket_t number = CURL_SOCKET_BAD;
    curl_easy_getinfo(session->easy, CURLINFO_ACTIVESOCKET, &number);
    return (int)number;
}

// Sends on a connection that was only opened; -1 for an error, else how much went.
static inline long curl_session_send(curl_session *session, const uint8_t *bytes, size_t length, int *number) {
    size_t sent = 0;
    *number = (int)curl_easy_send(session->easy, bytes, length, &sent);
    return *number == CURLE_OK ? (long)sent : -1;
}

// Whether the far end has closed a connection that was only opened, or sent what nobody asked for (which is read and
// forgotten).
static inline int curl_session_is_closed(curl_session *session) {
    char bytes[512];
    size_t count = 0;
    CURLcode code = curl_easy_recv(session->easy, bytes, sizeof bytes, &count);
    return code == CURLE_AGAIN ? 0 : code != CURLE_OK || count == 0;
}

// Bytes that the kernel of the far end has not acknowledged yet (tcp(7), SIOCOUTQ); -1 where nobody tells.
static inline int curl_session_unacknowledged(curl_session *session) {
    int count = 0;
    return ioctl(curl_session_socket(session), SIOCOUTQ, &count) == 0 ? count : -1;
}

#endif
