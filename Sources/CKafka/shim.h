#ifndef EARSHOT_CKAFKA_SHIM_H
#define EARSHOT_CKAFKA_SHIM_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The library's calls with pointers to pointers, unions and variable arguments stay here.

// A producer whose reports of delivery come by a queue, not by calls.
typedef struct {
    rd_kafka_t *client;
    rd_kafka_queue_t *events;
    // An event that is not read to its end; NULL for none.
    rd_kafka_event_t *held;
    // The last error that is not about one message.
    char problem[512];
    // 1 after an error from which this producer does not recover.
    int is_fatal;
} kafka_producer;

// What became of a message.
typedef struct {
    // The number that it was given when it was handed over.
    uint64_t number;
    // 0 where all replicas in sync have it; else the library's number of what is wrong.
    int error;
} kafka_report;

// Settings, one by one; returns 0, or says in `problem` what is wrong.
typedef rd_kafka_conf_t kafka_settings;

static inline kafka_settings *kafka_settings_new(void) { return rd_kafka_conf_new(); }

static inline void kafka_settings_free(kafka_settings *settings) { rd_kafka_conf_destroy(settings); }

static inline int kafka_settings_set(kafka_settings *settings, const char *name, const char *value, char *problem,
                                     size_t size) {
    return rd_kafka_conf_set(settings, name, value, problem, size) == RD_KAFKA_CONF_OK ? 0 : -1;
}

// Makes a producer, which takes the settings; NULL where something is wrong with them, and then they are the caller's still.
static inline kafka_producer *kafka_producer_new(kafka_settings *settings, char *problem, size_t size) {
    kafka_producer *producer = (kafka_producer *)calloc(1, sizeof(kafka_producer));
    if (!producer) return NULL;
    rd_kafka_conf_set_events(settings, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, settings, problem, size);
    if (!producer->client) {
        free(producer);
        return NULL;
    }
    producer->events = rd_kafka_queue_get_main(producer->client);
    return producer;
}

// Ends it; messages that are not confirmed are given up, and nothing is waited for.
static inline void kafka_producer_free(kafka_producer *producer) {
    rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (producer->held) rd_kafka_event_destroy(producer->held);
    rd_kafka_queue_destroy(producer->events);
    rd_kafka_destroy_flags(producer->client, 0);
    free(producer);
}

// Hands over a message, which is copied; 0, or the library's number of what is wrong.
static inline int kafka_produce(kafka_producer *producer, const char *topic, const uint8_t *key, size_t key_length,
                                const uint8_t *bytes, size_t length, const char *identifier, uint64_t number) {
    return rd_kafka_producev(producer->client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_length),
                             RD_KAFKA_V_VALUE((void *)bytes, length),
                             RD_KAFKA_V_HEADER("id", identifier, strlen(identifier)),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE((void *)(uintptr_t)number),
                             RD_KAFKA_V_END);
}

// Waits for reports for so many milliseconds at most; returns how many were written to `reports`, which has room for `room`.
static inline int kafka_poll(kafka_producer *producer, int milliseconds, kafka_report *reports, int room) {
    int count = 0;
    rd_kafka_event_t *event = producer->held ? producer->held : rd_kafka_queue_poll(producer->events, milliseconds);
    producer->held = NULL;
    if (!event) return 0;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
        const rd_kafka_message_t *message;
        // One event may report more messages than there is room for: the next call goes on with it.
        producer->held = event;
        while (count < room) {
            message = rd_kafka_event_message_next(event);
            if (!message) {
                producer->held = NULL;
                break;
            }
            reports[count].number = (uint64_t)(uintptr_t)message->_private;
            reports[count].error = message->err;
            count++;
        }
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
        const char *text = rd_kafka_event_error_string(event);
        strncpy(producer->problem, text ? text : "unknown error", sizeof producer->problem - 1);
        if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__FATAL) producer->is_fatal = 1;
    }
    if (!producer->held) rd_kafka_event_destroy(event);
    return count;
}

// Copies the last error that is not about one message.
static inline void kafka_problem(kafka_producer *producer, char *text, size_t size) {
    strncpy(text, producer->problem, size - 1);
    text[size - 1] = 0;
}

static inline int kafka_is_fatal(kafka_producer *producer) {
    char text[256];
    return producer->is_fatal || rd_kafka_fatal_error(producer->client, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static inline void kafka_error_text(int number, char *text, size_t size) {
    strncpy(text, rd_kafka_err2str((rd_kafka_resp_err_t)number), size - 1);
    text[size - 1] = 0;
}

// The replicas of a topic, the fewest of all its partitions; 0 where there is no such topic, -1 where nobody answers in time.
// All topics are asked for: to ask for one by its name may make it.
static inline int kafka_replicas(kafka_producer *producer, const char *topic, int milliseconds) {
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(producer->client, 1, NULL, &metadata, milliseconds) != RD_KAFKA_RESP_ERR_NO_ERROR) return -1;
    int fewest = 0;
    for (int place = 0; place < metadata->topic_cnt; place++) {
        if (strcmp(metadata->topics[place].topic, topic) != 0) continue;
        for (int part = 0; part < metadata->topics[place].partition_cnt; part++) {
            int replicas = metadata->topics[place].partitions[part].replica_cnt;
            if (fewest == 0 || replicas < fewest) fewest = replicas;
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return fewest;
}

// A cluster of the library's own making, for tests: a number of brokers, a topic with so many partitions and replicas.
typedef struct {
    rd_kafka_t *client;
    rd_kafka_mock_cluster_t *cluster;
} kafka_cluster;

static inline kafka_cluster *kafka_cluster_new(int brokers, const char *topic, int partitions, int replicas) {
    char problem[256];
    kafka_cluster *made = (kafka_cluster *)calloc(1, sizeof(kafka_cluster));
    if (!made) return NULL;
    made->client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), problem, sizeof problem);
    made->cluster = made->client ? rd_kafka_mock_cluster_new(made->client, brokers) : NULL;
    if (!made->cluster || rd_kafka_mock_topic_create(made->cluster, topic, partitions, replicas) != 0) return NULL;
    return made;
}

static inline const char *kafka_cluster_brokers(kafka_cluster *made) {
    return rd_kafka_mock_cluster_bootstraps(made->cluster);
}

static inline int kafka_cluster_set(kafka_cluster *made, int broker, int is_up) {
    return (int)(is_up ? rd_kafka_mock_broker_set_up(made->cluster, broker)
                       : rd_kafka_mock_broker_set_down(made->cluster, broker));
}

// Lets a broker answer so many milliseconds late.
static inline int kafka_cluster_delay(kafka_cluster *made, int broker, int milliseconds) {
    return (int)rd_kafka_mock_broker_set_rtt(made->cluster, broker, milliseconds);
}

// Lets the next `count` requests to produce (API key 0) fail with an error of Kafka's protocol.
static inline int kafka_cluster_fail(kafka_cluster *made, int error, int count) {
    for (int place = 0; place < count; place++) {
        rd_kafka_mock_push_request_errors(made->cluster, 0, 1, (rd_kafka_resp_err_t)error);
    }
    return 0;
}

// Reads all of a topic with three partitions from its beginning, for tests; NULL where it cannot be made.
static inline rd_kafka_t *kafka_reader_new(const char *brokers, const char *topic) {
    char problem[256];
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    rd_kafka_conf_set(settings, "bootstrap.servers", brokers, problem, sizeof problem);
    rd_kafka_conf_set(settings, "group.id", "reader", problem, sizeof problem);
    rd_kafka_conf_set(settings, "log_level", "0", problem, sizeof problem);
    rd_kafka_conf_set(settings, "reconnect.backoff.max.ms", "500", problem, sizeof problem);
    rd_kafka_t *reader = rd_kafka_new(RD_KAFKA_CONSUMER, settings, problem, sizeof problem);
    if (!reader) return NULL;
    rd_kafka_poll_set_consumer(reader);
    rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new(3);
    for (int part = 0; part < 3; part++) {
        rd_kafka_topic_partition_list_add(parts, topic, part)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(reader, parts);
    rd_kafka_topic_partition_list_destroy(parts);
    return reader;
}

// Copies the next message into `bytes`; its length, 0 where none comes in that time, -1 for an error that passes.
static inline long kafka_read(rd_kafka_t *reader, uint8_t *bytes, size_t size, int milliseconds) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, milliseconds);
    if (!message) return 0;
    long length = message->err ? -1 : (long)(message->len < size ? message->len : size);
    if (length > 0) memcpy(bytes, message->payload, (size_t)length);
    rd_kafka_message_destroy(message);
    return length;
}

#endif
