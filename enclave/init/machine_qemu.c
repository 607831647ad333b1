/*
 * The machine as QEMU emulates it: a network of two, the guest (10.0.2.15) and a few ports of 10.0.2.100 that lead to the
 * launcher; a hardware generator that the host feeds; a port that ends the emulator with a number.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "init.h"

enum { DEBUG_EXIT = 0xf4, PATIENCE_MS = 10000, PAUSE_MS = 10 };
static const uint32_t guest = 0x0a00020f, host = 0x0a000264;

void machine_start(void) {
  bring_up("lo", 0x7f000001, 0xff000000);
  bring_up("eth0", guest, 0xffffff00);
}

int machine_entropy(unsigned char *bytes, size_t length) {
  int device = open("/dev/hwrng", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) return -1;
  size_t have = 0;
  for (int waited = 0; have < length && waited < PATIENCE_MS;) {
    ssize_t got = read(device, bytes + have, length - have);
    if (got > 0) {
      have += (size_t)got;
      continue;
    }
    usleep(PAUSE_MS * 1000);
    waited += PAUSE_MS;
  }
  close(device);
  return have == length ? 0 : -1;
}

int machine_receive(enum port from) {
  int fd = connect_tcp(host, from);
  if (fd < 0) return -1;
  /* One after another, before anything else runs: this one may wait. */
  const struct timeval patience = {PATIENCE_MS / 1000, 0};
  if (fcntl(fd, F_SETFL, 0) != 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) return -1;
  return fd;
}

static int to_nsm(void) { return connect_tcp(host, PORT_NSM); }

/* The signer serves its port and reaches the relay by itself; only the security module's socket needs carrying. */
size_t machine_routes(struct route *routes, size_t most) {
  if (most < 1) machine_end(END_RELAY);
  routes[0] = (struct route){.listener = listen_unix(NSM_SOCKET), .connect = to_nsm};
  return 1;
}

_Noreturn void machine_end(enum end why) {
  if (ioperm(DEBUG_EXIT, 1, 1) == 0) outb((unsigned char)why, DEBUG_EXIT);
  for (;;) reboot(RB_AUTOBOOT);
}
