/*
 * HTTP/1.1 services in C: Tsuki's kernel reads requests and frames responses, the program answers.
 *
 *   static void answer(const struct http_request *request) {
 *     http_respond_text(request, 200, "text/plain", "Hello\n");
 *   }
 *   int main(void) { return http_serve(8080, answer); }
 */
#ifndef TSUKI_HTTP_H
#define TSUKI_HTTP_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text with a NUL behind it, which does not count. */
struct http_text {
  const char *data;
  uint32_t length;
};

/* A header field; in requests the name is in lower case. */
struct http_field {
  struct http_text name, value;
};

/* A request. It is valid until the next one is taken; its id, until it is answered. */
struct http_request {
  uint64_t id;
  struct http_text method, target;
  const struct http_field *fields;
  uint32_t field_count;
  int64_t body_length; /* -1: it comes in chunks */
};

/* Bytes of room that the head of any request fits into. */
enum { HTTP_ROOM = 16384 };

#define TSUKI_HTTP(name) __attribute__((import_module("tsuki_http"), import_name(#name)))

/*
 * Each function returns 0 or an errno: EBADF when the client has gone or the request was answered.
 * Connection, Transfer-Encoding and Date are the kernel's; Content-Length is, too, where it knows.
 */

/* Listens on a port, 0 for any, of every address; *bound is the port it has then. */
TSUKI_HTTP(http_listen) int http_listen(int port, uint32_t *bound);

/* Waits for a request; ECANCELED: asked to stop, and everything is answered. */
TSUKI_HTTP(http_next) int http_next(struct http_request *request, void *room, uint32_t length);

/* Waits for some of the body; *received is 0 at its end. */
TSUKI_HTTP(http_read)
int http_read(uint64_t id, void *buffer, uint32_t length, uint32_t *received);

/* Sends a whole response. */
TSUKI_HTTP(http_respond)
int http_respond(uint64_t id, int status, const struct http_field *fields, uint32_t field_count,
                 const void *body, uint32_t length);

/* Answers from the files that the image carries (--embed), by the request's target. */
TSUKI_HTTP(http_respond_file) int http_respond_file(uint64_t id);

/* Begins a response whose body comes in pieces, writes a piece, ends it. */
TSUKI_HTTP(http_start)
int http_start(uint64_t id, int status, const struct http_field *fields, uint32_t field_count);
TSUKI_HTTP(http_write) int http_write(uint64_t id, const void *bytes, uint32_t length);
TSUKI_HTTP(http_end) int http_end(uint64_t id);

#undef TSUKI_HTTP

/* Text that a program has. */
static inline struct http_text http_text(const char *text) {
  struct http_text result = {text, (uint32_t)strlen(text)};
  return result;
}

/* A field's value by its name in lower case; NULL when the request has none. */
static inline const char *http_field(const struct http_request *request, const char *name) {
  for (uint32_t index = 0; index < request->field_count; index++) {
    const struct http_field *field = &request->fields[index];
    if (strcmp(field->name.data, name) == 0) return field->value.data;
  }
  return NULL;
}

/* Sends a text of a media type. */
static inline int http_respond_text(const struct http_request *request, int status,
                                    const char *type, const char *text) {
  struct http_field field = {http_text("Content-Type"), http_text(type)};
  return http_respond(request->id, status, &field, 1, text, (uint32_t)strlen(text));
}

/* Has a function answer all requests until the instance is asked to stop: 0, or an errno. */
static inline int http_serve(int port, void (*answer)(const struct http_request *)) {
  static char room[HTTP_ROOM];
  struct http_request request;
  uint32_t bound;
  int error = http_listen(port, &bound);
  while (error == 0) {
    error = http_next(&request, room, sizeof room);
    if (error == 0) answer(&request);
    else if (error == EOVERFLOW) error = 0;
  }
  return error == ECANCELED ? 0 : error;
}

#ifdef __cplusplus
}
#endif

#endif
