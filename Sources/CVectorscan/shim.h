#ifndef EARSHOT_CVECTORSCAN_SHIM_H
#define EARSHOT_CVECTORSCAN_SHIM_H

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Several expressions that are compiled to one database. Its number, from 0, is what a match of an expression names.
struct vectorscan_set;

struct vectorscan_set_fields {
    char **expressions;
    unsigned int *flags, *ids;
    unsigned int count, room;
};

static inline struct vectorscan_set *vectorscan_set_new(void) {
    return (struct vectorscan_set *)calloc(1, sizeof(struct vectorscan_set_fields));
}

static inline void vectorscan_set_free(struct vectorscan_set *opaque) {
    struct vectorscan_set_fields *set = (struct vectorscan_set_fields *)opaque;
    if (set == NULL) return;
    for (unsigned int index = 0; index < set->count; index++) free(set->expressions[index]);
    free(set->expressions);
    free(set->flags);
    free(set->ids);
    free(set);
}

// Adds an expression. Returns 0 where there is no memory for it.
static inline int vectorscan_set_add(struct vectorscan_set *opaque, const char *expression, unsigned int flags) {
    struct vectorscan_set_fields *set = (struct vectorscan_set_fields *)opaque;
    if (set == NULL) return 0;
    if (set->count == set->room) {
        unsigned int room = set->room == 0 ? 64 : 2 * set->room;
        char **expressions = (char **)realloc(set->expressions, room * sizeof *expressions);
        if (expressions == NULL) return 0;
        set->expressions = expressions;
        unsigned int *all_flags = (unsigned int *)realloc(set->flags, room * sizeof *all_flags);
        if (all_flags == NULL) return 0;
        set->flags = all_flags;
        unsigned int *ids = (unsigned int *)realloc(set->ids, room * sizeof *ids);
        if (ids == NULL) return 0;
        set->ids = ids;
        set->room = room;
    }
    char *copy = strdup(expression);
    if (copy == NULL) return 0;
    set->expressions[set->count] = copy;
    set->flags[set->count] = flags;
    set->ids[set->count] = set->count;
    set->count++;
    return 1;
}

// Compiles a set for block scans. Returns HS_SUCCESS or an error.
static inline int vectorscan_set_compile(struct vectorscan_set *opaque, hs_database_t **database) {
    struct vectorscan_set_fields *set = (struct vectorscan_set_fields *)opaque;
    hs_compile_error_t *error = NULL;
    hs_platform_info_t platform;
    if (set == NULL || set->count == 0) return HS_INVALID;
    int result = hs_populate_platform(&platform);
    if (result != HS_SUCCESS) return result;
    if (vectorscan_avoids_avx512()) platform.cpu_features = HS_CPU_FEATURES_AVX2;
    result = hs_compile_multi((const char *const *)set->expressions, set->flags, set->ids, set->count, HS_MODE_BLOCK,
                              &platform, database, &error);
    if (error != NULL) hs_free_compile_error(error);
    return result;
}

// Writes what a database can be kept in a file as into `bytes`, if there is room. Returns its length, 0 for an error.
static inline size_t vectorscan_serialize(const hs_database_t *database, void *bytes, size_t room) {
    char *made = NULL;
    size_t length = 0;
    if (hs_serialize_database(database, &made, &length) != HS_SUCCESS) return 0;
    if (length <= room) memcpy(bytes, made, length);
    free(made);
    return length;
}

// Makes a database of what `vectorscan_serialize` gave. Returns HS_SUCCESS or an error.
static inline int vectorscan_deserialize(const void *bytes, size_t length, hs_database_t **database) {
    return hs_deserialize_database((const char *)bytes, length, database);
}

// What a database can be used with: the version of the library, and the processor that it was made for.
static inline int vectorscan_describe(char *text, size_t size) {
    hs_platform_info_t platform;
    if (hs_populate_platform(&platform) != HS_SUCCESS) return 0;
    return snprintf(text, size, "%s, tuned for %u, features %llx, %d", hs_version(), platform.tune,
                    (unsigned long long)platform.cpu_features, vectorscan_avoids_avx512());
}

// The expressions of a set that were found in some bytes.
struct vectorscan_found;

enum { vectorscan_found_room = 1024 };

struct vectorscan_found_fields {
    unsigned int count, is_full;
    unsigned int ids[vectorscan_found_room];
    unsigned int ends[vectorscan_found_room];
};

static inline struct vectorscan_found *vectorscan_found_new(void) {
    return (struct vectorscan_found *)calloc(1, sizeof(struct vectorscan_found_fields));
}

static inline void vectorscan_found_free(struct vectorscan_found *found) { free(found); }

static inline unsigned int vectorscan_found_id(const struct vectorscan_found *opaque, unsigned int index) {
    const struct vectorscan_found_fields *found = (const struct vectorscan_found_fields *)opaque;
    return index < found->count ? found->ids[index] : 0;
}

// Where the first match of that expression ends.
static inline unsigned int vectorscan_found_end(const struct vectorscan_found *opaque, unsigned int index) {
    const struct vectorscan_found_fields *found = (const struct vectorscan_found_fields *)opaque;
    return index < found->count ? found->ends[index] : 0;
}

static inline int vectorscan_note(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags,
                                  void *context) {
    struct vectorscan_found_fields *found = (struct vectorscan_found_fields *)context;
    (void)from, (void)flags;
    if (found->count == vectorscan_found_room) {
        found->is_full = 1;
        return 1;
    }
    found->ends[found->count] = (unsigned int)to;
    found->ids[found->count++] = id;
    return 0;
}

// Looks for a set in bytes. Returns how many expressions were found, -1 where they were more than can be kept, a lower
// number for an error.
static inline int vectorscan_find(const hs_database_t *database, hs_scratch_t *scratch, const void *bytes,
                                  unsigned int length, int avoids_avx512, struct vectorscan_found *opaque) {
    struct vectorscan_found_fields *found = (struct vectorscan_found_fields *)opaque;
    const char *data = (const char *)bytes;
    found->count = found->is_full = 0;
    int result = avoids_avx512 ? avx2_hs_scan(database, data, length, 0, scratch, vectorscan_note, found)
                               : hs_scan(database, data, length, 0, scratch, vectorscan_note, found);
    if (found->is_full) return -1;
    return result == HS_SUCCESS ? (int)found->count : -2;
}

#endif
