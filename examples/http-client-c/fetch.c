/* Fetches http://host[:port]/path and prints the answer as it comes. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  int error = getaddrinfo(host, port, &hints, &found);
  if (error != 0) {
    fprintf(stderr, "fetch: %s: %s\n", host, gai_strerror(error));
    return -1;
  }
  int connection = -1;
  for (struct addrinfo *each = found; each != NULL && connection < 0; each = each->ai_next) {
    connection = socket(each->ai_family, each->ai_socktype, 0);
    if (connection < 0) continue;
    if (connect(connection, each->ai_addr, each->ai_addrlen) == 0) continue;
    perror("fetch");
    close(connection);
    connection = -1;
  }
  freeaddrinfo(found);
  return connection;
}

int main(int count, char **arguments) {
  char host[256], port[6] = "80", path[1024] = "/";
  const char *url = count > 1 ? arguments[1] : "";
  if (sscanf(url, "http://%255[^:/]:%5[0-9]%1023s", host, port, path) < 2 &&
      sscanf(url, "http://%255[^:/]%1023s", host, path) < 1) {
    fprintf(stderr, "usage: fetch http://host[:port]/path\n");
    return 2;
  }
  int connection = connect_to(host, port);
  if (connection < 0) return 1;
  char buffer[4096];
  int length = snprintf(buffer, sizeof buffer, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                        path, host);
  if (send(connection, buffer, (size_t)length, 0) != length) {
    perror("fetch");
    return 1;
  }
  ssize_t received;
  while ((received = recv(connection, buffer, sizeof buffer, 0)) > 0) {
    fwrite(buffer, 1, (size_t)received, stdout);
  }
  return received < 0 ? 1 : 0;
}
