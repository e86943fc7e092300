/* Answers each datagram with its own bytes in upper case. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  address.sin_port = htons(count > 1 ? atoi(arguments[1]) : 7000);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(udp, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("udp");
    return 1;
  }
  getsockname(udp, (struct sockaddr *)&address, &length);
  printf("listening on port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    char buffer[65536];
    ssize_t received = recvfrom(udp, buffer, sizeof buffer, 0, (struct sockaddr *)&address, &length);
    if (received < 0) continue;
    for (ssize_t index = 0; index < received; index++) {
      buffer[index] = (char)toupper((unsigned char)buffer[index]);
    }
    sendto(udp, buffer, (size_t)received, 0, (struct sockaddr *)&address, length);
  }
}
