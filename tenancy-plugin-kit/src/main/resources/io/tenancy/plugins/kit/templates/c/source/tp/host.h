// What the host offers. What you use becomes an import, which manifest.json has to ask for under "capabilities". Functions
// that answer with bytes return how many they are, for host_result_read; a negative number is an error.
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

#define HOST(name) __attribute__((import_module("tp"), import_name(#name)))

HOST(result_read) int32_t host_result_read(char *to, int32_t length);
HOST(log) void host_log(int32_t level, const char *line, int32_t length);
HOST(kv_get) int32_t host_kv_get(const char *key, int32_t length);
HOST(kv_put) int32_t host_kv_put(const char *key, int32_t length, const char *value, int32_t value_length);
HOST(kv_delete) int32_t host_kv_delete(const char *key, int32_t length);
HOST(kv_list) int32_t host_kv_list(const char *prefix, int32_t length);
HOST(http_send) int32_t host_http_send(const char *request, int32_t length);
HOST(config_get) int32_t host_config_get(const char *key, int32_t length);
HOST(secret_handle) int32_t host_secret_handle(const char *name, int32_t length);
HOST(secret_read) int32_t host_secret_read(const char *name, int32_t length);
HOST(clock_now) int64_t host_clock_now(void);
HOST(random_fill) int32_t host_random_fill(char *to, int32_t length);
HOST(emit_event) int32_t host_emit_event(const char *event, int32_t length);
HOST(emit_metric) int32_t host_emit_metric(const char *name, int32_t length, double value);
HOST(content_read) int32_t host_content_read(const char *query, int32_t length);
HOST(content_annotate) int32_t host_content_annotate(const char *annotation, int32_t length);

#endif
