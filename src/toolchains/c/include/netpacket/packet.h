/* Whole frames (Linux: packet(7)), of the network cards of an image with a stack of its own. */
#ifndef TSUKI_NETPACKET_PACKET_H
#define TSUKI_NETPACKET_PACKET_H

#include <sys/socket.h>

#define PACKET_HOST 0
#define PACKET_BROADCAST 1
#define PACKET_MULTICAST 2
#define PACKET_OTHERHOST 3

/* sll_ifindex is 0 for all cards, 2 for the first one, 3 for the next; sll_addr tells a frame's sender
   or, by getsockname, the card's own address. */
struct sockaddr_ll {
  sa_family_t sll_family;
  uint16_t sll_protocol;
  int sll_ifindex;
  unsigned short sll_hatype;
  unsigned char sll_pkttype;
  unsigned char sll_halen;
  unsigned char sll_addr[8];
};

#endif
