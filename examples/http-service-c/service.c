/* An HTTP service in C on the server inside the image. Port: PORT, or 8080. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tsuki/http.h>

/* Sends a request's body back as it comes. */
static void echo(const struct http_request *request) {
  static char buffer[16384];
  uint32_t received = 0;
  if (http_start(request->id, 200, NULL, 0) != 0) return;
  while (http_read(request->id, buffer, sizeof buffer, &received) == 0 && received > 0) {
    if (http_write(request->id, buffer, received) != 0) return;
  }
  http_end(request->id);
}

static void greet(const struct http_request *request) {
  char text[256];
  const char *agent = http_field(request, "user-agent");
  snprintf(text, sizeof text, "Hello, %.200s!\n", agent == NULL ? "stranger" : agent);
  http_respond_text(request, 200, "text/plain; charset=utf-8", text);
}

static void answer(const struct http_request *request) {
  if (strcmp(request->target.data, "/") == 0) {
    http_respond_text(request, 200, "text/plain; charset=utf-8", "Hello from C!\n");
  } else if (strcmp(request->target.data, "/greet") == 0) {
    greet(request);
  } else if (strcmp(request->target.data, "/echo") == 0) {
    echo(request);
  } else {
    http_respond_text(request, 404, "text/plain; charset=utf-8", "There is nothing here.\n");
  }
}

int main(void) {
  const char *port = getenv("PORT");
  int error = http_serve(port == NULL ? 8080 : atoi(port), answer);
  if (error != 0) fprintf(stderr, "service: %s\n", strerror(error));
  return error == 0 ? 0 : 1;
}
