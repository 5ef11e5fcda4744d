#ifndef EARSHOT_CVECTORSCAN_SHIM_H
#define EARSHOT_CVECTORSCAN_SHIM_H

#include <hs/hs.h>
#include <stdio.h>

// The library picks the code for this processor by itself, but its AVX-512 code of version 5.4.9 passes over matches
// (`b` behind 64 other bytes, `\{.*\}`). Where it has AVX2 code as well, under this name, that is called instead.
extern __attribute__((weak)) hs_error_t avx2_hs_scan(const hs_database_t *database, const char *data, unsigned int length,
                                                     unsigned int flags, hs_scratch_t *scratch,
                                                     match_event_handler handler, void *context);

// Whether the AVX2 code is to be called. All compiles and scans of a process get the same answer.
static inline int vectorscan_avoids_avx512(void) {
    hs_platform_info_t platform;
    if (avx2_hs_scan == NULL || hs_populate_platform(&platform) != HS_SUCCESS) return 0;
    return (platform.cpu_features & HS_CPU_FEATURES_AVX512) != 0;
}

// Compiles one expression for block scans. Returns HS_SUCCESS, or an error with its reason as text in `reason`.
static inline int vectorscan_compile(const char *expression, unsigned int flags, hs_database_t **database, char *reason,
                                     size_t reason_size) {
    hs_compile_error_t *error = NULL;
    hs_platform_info_t platform;
    int result = hs_populate_platform(&platform);
    if (result != HS_SUCCESS) return result;
    if (vectorscan_avoids_avx512()) platform.cpu_features = HS_CPU_FEATURES_AVX2;
    result = hs_compile(expression, flags, HS_MODE_BLOCK, &platform, database, &error);
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
// `avoids_avx512` is what `vectorscan_avoids_avx512` said.
static inline int vectorscan_matches(const hs_database_t *database, hs_scratch_t *scratch, const void *bytes,
                                     unsigned int length, int avoids_avx512) {
    const char *data = (const char *)bytes;
    int result = avoids_avx512 ? avx2_hs_scan(database, data, length, 0, scratch, vectorscan_stop, NULL)
                               : hs_scan(database, data, length, 0, scratch, vectorscan_stop, NULL);
    return result == HS_SCAN_TERMINATED ? 1 : result;
}

#endif
