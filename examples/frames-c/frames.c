/*
 * A network function: sees every frame that comes to its network card, counts them by what they carry,
 * and answers for an address that no host has: "who has 10.77.0.9" by ARP, and ping.
 *
 *     frames 10.77.0.9
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { FIRST_CARD = 2, ARP_BYTES = 28, IP_BYTES = 20, ECHO_REQUEST = 8 };

static unsigned char frame[ETH_FRAME_LEN], own[ETH_ALEN];
static struct in_addr answered;

static uint16_t type_of(void) { return (uint16_t)(frame[12] << 8 | frame[13]); }

/* The sum of ones' complement over an even number of bytes and perhaps one more (RFC 1071). */
static uint16_t checksum(const unsigned char *bytes, size_t length) {
  uint32_t sum = 0;
  for (size_t at = 0; at < length; at++) sum += at & 1 ? bytes[at] : (uint32_t)bytes[at] << 8;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static void turn_around(void) {
  memcpy(frame, frame + ETH_ALEN, ETH_ALEN);
  memcpy(frame + ETH_ALEN, own, ETH_ALEN);
}

/* "Who has ...?": the sender becomes the target, and this card the sender (RFC 826). */
static size_t answer_arp(size_t length) {
  unsigned char *arp = frame + ETH_HLEN;
  if (length < ETH_HLEN + ARP_BYTES || arp[7] != 1) return 0;
  if (memcmp(arp + 24, &answered, sizeof answered) != 0) return 0;
  memcpy(arp + 18, arp + 8, 10);
  memcpy(arp + 8, own, ETH_ALEN);
  memcpy(arp + 14, &answered, sizeof answered);
  arp[7] = 2;
  turn_around();
  return ETH_HLEN + ARP_BYTES;
}

/* An echo request becomes its answer (RFC 792). */
static size_t answer_ping(size_t length) {
  unsigned char *ip = frame + ETH_HLEN, *icmp = ip + IP_BYTES;
  if (length < ETH_HLEN + IP_BYTES + 8 || ip[0] != 0x45 || ip[9] != IPPROTO_ICMP) return 0;
  size_t total = (size_t)(ip[2] << 8 | ip[3]);
  int is_ours = memcmp(ip + 16, &answered, sizeof answered) == 0;
  if (!is_ours || icmp[0] != ECHO_REQUEST || total < IP_BYTES + 8 || total > length - ETH_HLEN) return 0;
  memcpy(ip + 16, ip + 12, sizeof answered);
  memcpy(ip + 12, &answered, sizeof answered);
  icmp[0] = icmp[2] = icmp[3] = 0;
  uint16_t sum = checksum(icmp, total - IP_BYTES);
  icmp[2] = (unsigned char)(sum >> 8);
  icmp[3] = (unsigned char)sum;
  turn_around();
  return ETH_HLEN + total;
}

int main(int count, char **arguments) {
  struct sockaddr_ll card = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  socklen_t length = sizeof card;
  unsigned long arp = 0, four = 0, six = 0, others = 0;
  card.sll_ifindex = FIRST_CARD;
  if (count < 2 || inet_pton(AF_INET, arguments[1], &answered) != 1) {
    fprintf(stderr, "usage: frames ADDRESS\n");
    return 2;
  }
  int frames = socket(AF_PACKET, SOCK_RAW, 0);
  if (frames < 0 || bind(frames, (struct sockaddr *)&card, sizeof card) != 0) {
    perror("frames");
    return 1;
  }
  getsockname(frames, (struct sockaddr *)&card, &length);
  memcpy(own, card.sll_addr, ETH_ALEN);
  printf("answering for %s\n", arguments[1]);
  for (;;) {
    fflush(stdout);
    ssize_t received = recv(frames, frame, sizeof frame, 0);
    if (received < ETH_HLEN) continue;
    uint16_t type = type_of();
    arp += type == ETH_P_ARP;
    four += type == ETH_P_IP;
    six += type == ETH_P_IPV6;
    others += type != ETH_P_ARP && type != ETH_P_IP && type != ETH_P_IPV6;
    size_t answer = 0;
    if (type == ETH_P_ARP) answer = answer_arp((size_t)received);
    if (type == ETH_P_IP) answer = answer_ping((size_t)received);
    if (answer == 0) continue;
    send(frames, frame, answer, 0); /* waits while the card's queue is full */
    printf("answered; so far %lu ARP, %lu IPv4, %lu IPv6, %lu others\n", arp, four, six, others);
  }
}
