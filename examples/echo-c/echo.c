/* Echoes whatever it receives, one connection after another. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_port = htons(count > 1 ? atoi(arguments[1]) : 7000);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) {
    perror("echo");
    return 1;
  }
  socklen_t length = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("listening on port %d\n", ntohs(address.sin_port));
  fflush(stdout);

  for (;;) {
    int connection = accept(listener, (struct sockaddr *)&address, &length);
    if (connection < 0) {
      perror("accept");
      return 1;
    }
    char text[INET_ADDRSTRLEN];
    printf("%s connected\n", inet_ntop(AF_INET, &address.sin_addr, text, sizeof text));
    fflush(stdout);
    char buffer[4096];
    ssize_t received;
    while ((received = recv(connection, buffer, sizeof buffer, 0)) > 0) {
      for (ssize_t sent = 0; sent < received;) {
        ssize_t part = send(connection, buffer + sent, received - sent, 0);
        if (part < 0) break;
        sent += part;
      }
    }
    close(connection);
  }
}
