/*
 * The machine as AWS Nitro runs it: no network at all. vsock leads to the parent instance (3), where nitro/parent.ts listens;
 * evidence and entropy come from the security module.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/vm_sockets.h>
#include <unistd.h>
#include "init.h"
#include "nsm.h"

enum { PARENT = 3, PATIENCE_S = 10 };
static const uint32_t loopback = 0x7f000001;

static int connect_parent(enum port port, int flags) {
  struct sockaddr_vm to = {.svm_family = AF_VSOCK, .svm_cid = PARENT, .svm_port = port};
  int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) return -1;
  if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

static int listen_vsock(enum port port) {
  struct sockaddr_vm own = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
  int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof own) != 0 || listen(fd, 64) != 0)
    machine_end(END_RELAY);
  return fd;
}

void machine_start(void) {
  bring_up("lo", loopback, 0xff000000);
  nsm_open();
}

int machine_entropy(unsigned char *bytes, size_t length) { return nsm_random(bytes, length); }

int machine_receive(enum port from) {
  int fd = connect_parent(from, 0);
  const struct timeval patience = {PATIENCE_S, 0};
  if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) return -1;
  return fd;
}

static int to_signer(void) { return connect_tcp(loopback, PORT_REQUESTS); }
static int to_relay(void) { return connect_parent(PORT_RELAY, SOCK_NONBLOCK); }

size_t machine_routes(struct route *routes, size_t most) {
  if (most < 3) machine_end(END_RELAY);
  routes[0] = (struct route){.listener = listen_vsock(PORT_REQUESTS), .connect = to_signer};
  routes[1] = (struct route){.listener = listen_tcp(loopback, PORT_RELAY), .connect = to_relay};
  routes[2] = (struct route){.listener = listen_unix(NSM_SOCKET), .serve = nsm_serve};
  return 3;
}

/* The parent sees only that the enclave is gone. */
_Noreturn void machine_end(enum end why) {
  (void)why;
  for (;;) reboot(RB_AUTOBOOT);
}
