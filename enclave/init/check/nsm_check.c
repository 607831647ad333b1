/*
 * Lets a test stand in for /dev/nsm: the translation of nsm.c, unchanged, with ioctl turned into messages on descriptor 4 (a length of 4
 * bytes, big-endian, then CBOR; an answer of length 0 is an error). Descriptor 3 is a connection of the signer's. With an argument it
 * prints 512 of the module's random bytes instead. No part of an image.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>
#include "../init.h"
#include "../nsm.h"

enum { CONNECTION = 3, DEVICE = 4 };

_Noreturn void machine_end(enum end why) { _exit((int)why); }

static void whole(ssize_t (*act)(int, void *, size_t), void *bytes, size_t length) {
  for (unsigned char *at = bytes; length > 0;) {
    ssize_t done = act(DEVICE, at, length);
    if (done <= 0) _exit(100);
    at += done;
    length -= (size_t)done;
  }
}

static ssize_t put(int fd, void *bytes, size_t length) { return write(fd, bytes, length); }

int __wrap_ioctl(int fd, unsigned long request, ...) {
  (void)fd;
  (void)request;
  va_list rest;
  va_start(rest, request);
  struct iovec *exchange = va_arg(rest, struct iovec *);
  va_end(rest);
  uint32_t length = htonl((uint32_t)exchange[0].iov_len);
  whole(put, &length, sizeof length);
  whole(put, exchange[0].iov_base, exchange[0].iov_len);
  whole(read, &length, sizeof length);
  length = ntohl(length);
  if (length == 0 || length > exchange[1].iov_len) return -1;
  whole(read, exchange[1].iov_base, length);
  exchange[1].iov_len = length;
  return 0;
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count == 1) {
    nsm_serve(CONNECTION);
    return 0;
  }
  unsigned char bytes[512];
  if (nsm_random(bytes, sizeof bytes) != 0) return 1;
  return write(STDOUT_FILENO, bytes, sizeof bytes) == sizeof bytes ? 0 : 1;
}
