#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "init.h"

static const int flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

static struct sockaddr_in ipv4(uint32_t address, uint16_t port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(address)}};
}

static int listening(int fd, const struct sockaddr *address, socklen_t length) {
  if (fd < 0 || bind(fd, address, length) != 0 || listen(fd, 64) != 0) machine_end(END_RELAY);
  return fd;
}

int listen_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = listening(socket(AF_UNIX, flags, 0), (const struct sockaddr *)&address, sizeof address);
  if (chown(path, SIGNER_USER, SIGNER_USER) != 0) machine_end(END_RELAY);
  return fd;
}

int listen_tcp(uint32_t address, uint16_t port) {
  struct sockaddr_in to = ipv4(address, port);
  return listening(socket(AF_INET, flags, 0), (const struct sockaddr *)&to, sizeof to);
}

int connect_tcp(uint32_t address, uint16_t port) {
  struct sockaddr_in to = ipv4(address, port);
  int fd = socket(AF_INET, flags, 0);
  if (fd < 0) return -1;
  if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

/* No route is set: only what stands on the same network can be reached. */
void bring_up(const char *interface, uint32_t address, uint32_t mask) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  struct sockaddr_in own = ipv4(address, 0), network = ipv4(mask, 0);
  memcpy(&request.ifr_addr, &own, sizeof own);
  if (fd < 0 || ioctl(fd, SIOCSIFADDR, &request) != 0) machine_end(END_NETWORK);
  memcpy(&request.ifr_netmask, &network, sizeof network);
  if (ioctl(fd, SIOCSIFNETMASK, &request) != 0) machine_end(END_NETWORK);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) machine_end(END_NETWORK);
  close(fd);
}
