/* "names NAME ..." says the addresses of each name, in a line. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

static void say(const char *name) {
  struct addrinfo *list = NULL;
  struct addrinfo wanted = {.ai_socktype = SOCK_DGRAM};
  int error = getaddrinfo(name, NULL, &wanted, &list);
  printf("%s:", name);
  if (error != 0) printf(" %s", gai_strerror(error));
  for (struct addrinfo *at = list; at != NULL; at = at->ai_next) {
    char text[64];
    const void *bytes = at->ai_family == AF_INET
                            ? (const void *)&((struct sockaddr_in *)at->ai_addr)->sin_addr
                            : (const void *)&((struct sockaddr_in6 *)at->ai_addr)->sin6_addr;
    printf(" %s", inet_ntop(at->ai_family, bytes, text, sizeof text));
  }
  puts("");
  if (list != NULL) freeaddrinfo(list);
}

int main(int count, char **arguments) {
  for (int index = 1; index < count; index++) say(arguments[index]);
  return 0;
}
