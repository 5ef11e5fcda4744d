#ifndef EARSHOT_CVECTORSCAN_SHIM_H
#define EARSHOT_CVECTORSCAN_SHIM_H

#include <hs/hs.h>
#include <stdio.h>

// Compiles one expression for block scans. Returns HS_SUCCESS, or an error with its reason as text in `reason`.
static inline int vectorscan_compile(const char *expression, unsigned int flags, hs_database_t **database, char *reason,
                                     size_t reason_size) {
    hs_compile_error_t *error = NULL;
    int result = hs_compile(expression, flags, HS_MODE_BLOCK, NULL, database, &error);
    if (result != HS_SUCCESS && error != NULL) {
        snprintf(reason, reason_size, "%s", error->message);
        hs_free_compile_error(error);
    }
    return result;
}

// Ends the scan at the first match.
static inline int vectorscan_stop(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags,
                                  void *context) {
    (void)id, (void)from, (void)to, (void)flags, (void)context;
    return 1;
}

// Returns 1 where the expression matches anywhere in the bytes, 0 where it does not, a negative HS_ error otherwise.
static inline int vectorscan_matches(const hs_database_t *database, hs_scratch_t *scratch, const void *bytes,
                                     unsigned int length) {
    int result = hs_scan(database, (const char *)bytes, length, 0, scratch, vectorscan_stop, NULL);
    return result == HS_SCAN_TERMINATED ? 1 : result;
}

#endif
