#include <netpacket/packet.h>
#include <pcap/pcap.h>
// What the kernel says of the clock and of interfaces beside libpcap; Swift's own module of the C library leaves it out.
#include <sys/timex.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
