/*
 * The Nitro security module. Node can't make the ioctl it is spoken to by, so this translates one message: a frame
 * {publicKey?, userData?, nonce?} of the signer becomes the module's Attestation request, its document goes back in a frame.
 */
#define _GNU_SOURCE
#include "nsm.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "init.h"

enum { MOST_REQUEST = 4096, MOST_RESPONSE = 12288, FIELDS = 3, PATIENCE_MS = 2000 };
enum major { BYTES = 2, TEXT = 3, MAP = 5 };

struct exchange {
  struct iovec request, response;
};
#define NSM_EXCHANGE _IOWR(0x0a, 0, struct exchange)

static const char *const our_names[FIELDS] = {"userData", "nonce", "publicKey"};
static const char *const nsm_names[FIELDS] = {"user_data", "nonce", "public_key"};

static int device = -1;

void nsm_open(void) {
  device = open("/dev/nsm", O_RDWR | O_CLOEXEC);
  if (device < 0) machine_end(END_START);
}

/* CBOR (RFC 8949), as much as these messages need. A reader that met anything else is `bad` and stays so. */
struct reader {
  const unsigned char *at, *end;
  int bad;
};

static size_t read_head(struct reader *in, enum major major) {
  if (in->bad || in->at >= in->end || in->at[0] >> 5 != major) return in->bad = 1, 0;
  unsigned info = *in->at++ & 31;
  if (info < 24) return info;
  size_t width = info == 24 ? 1 : info == 25 ? 2 : 0, value = 0;
  if (width == 0 || (size_t)(in->end - in->at) < width) return in->bad = 1, 0;
  while (width-- > 0) value = value << 8 | *in->at++;
  return value;
}

static const unsigned char *read_string(struct reader *in, enum major major, size_t *length) {
  *length = read_head(in, major);
  if (in->bad || (size_t)(in->end - in->at) < *length) return in->bad = 1, NULL;
  in->at += *length;
  return in->at - *length;
}

static int is_text(const unsigned char *text, size_t length, const char *wanted) {
  return text != NULL && length == strlen(wanted) && memcmp(text, wanted, length) == 0;
}

/* The bytes in {outer: {inner: bytes}}, the form of the module's answers. NULL for anything else, its refusals too. */
static const unsigned char *read_answer(struct reader *in, const char *outer, const char *inner, size_t *length) {
  const char *const names[2] = {outer, inner};
  for (int i = 0; i < 2; i++) {
    if (read_head(in, MAP) != 1) in->bad = 1;
    const unsigned char *name = read_string(in, TEXT, length);
    if (!is_text(name, *length, names[i])) return NULL;
  }
  return read_string(in, BYTES, length);
}

static unsigned char *write_head(unsigned char *out, enum major major, size_t value) {
  unsigned char top = (unsigned char)(major << 5);
  if (value < 24) {
    *out++ = top | (unsigned char)value;
  } else {
    *out++ = top | 25;
    *out++ = (unsigned char)(value >> 8);
    *out++ = (unsigned char)value;
  }
  return out;
}

static unsigned char *write_string(unsigned char *out, enum major major, const void *bytes, size_t length) {
  out = write_head(out, major, length);
  memcpy(out, bytes, length);
  return out + length;
}

static unsigned char *write_text(unsigned char *out, const char *text) {
  return write_string(out, TEXT, text, strlen(text));
}

/* The length of the module's answer, or -1. */
static ssize_t ask(const unsigned char *request, size_t length, unsigned char *response) {
  struct exchange exchange = {{(void *)request, length}, {response, MOST_RESPONSE}};
  return ioctl(device, NSM_EXCHANGE, &exchange) == 0 ? (ssize_t)exchange.response.iov_len : -1;
}

int nsm_random(unsigned char *bytes, size_t length) {
  unsigned char request[16], response[MOST_RESPONSE];
  size_t asked = (size_t)(write_text(request, "GetRandom") - request);
  while (length > 0) {
    ssize_t got = ask(request, asked, response);
    if (got < 0) return -1;
    struct reader in = {response, response + got, 0};
    size_t have = 0;
    const unsigned char *random = read_answer(&in, "GetRandom", "random", &have);
    if (random == NULL || have == 0) return -1;
    if (have > length) have = length;
    memcpy(bytes, random, have);
    bytes += have;
    length -= have;
  }
  explicit_bzero(response, sizeof response);
  return 0;
}

/* Whole or not at all, in time: only the signer is on the other side, but one that hangs must not stop the relay. */
static int receive(int connection, unsigned char *bytes, size_t length) {
  while (length > 0) {
    struct pollfd wait = {.fd = connection, .events = POLLIN};
    if (poll(&wait, 1, PATIENCE_MS) != 1) return -1;
    ssize_t got = read(connection, bytes, length);
    if (got <= 0) return -1;
    bytes += got;
    length -= (size_t)got;
  }
  return 0;
}

static void answer(int connection, const char *name, enum major major, const void *bytes, size_t length) {
  unsigned char message[4 + 16 + MOST_RESPONSE];
  unsigned char *out = write_head(message + 4, MAP, 1);
  out = write_text(out, name);
  out = write_string(out, major, bytes, length);
  uint32_t size = htonl((uint32_t)(out - message - 4));
  memcpy(message, &size, 4);
  send(connection, message, (size_t)(out - message), MSG_NOSIGNAL);
}

static void refuse(int connection, const char *code) { answer(connection, "error", TEXT, code, strlen(code)); }

/* The module's request for what the signer's names, or NULL where that can't be read. */
static unsigned char *translate(const unsigned char *message, size_t size, unsigned char *request) {
  const unsigned char *value[FIELDS] = {NULL};
  size_t length[FIELDS] = {0};
  struct reader in = {message, message + size, 0};
  for (size_t left = read_head(&in, MAP); left > 0 && !in.bad; left--) {
    size_t name_length, field = FIELDS;
    const unsigned char *name = read_string(&in, TEXT, &name_length);
    for (size_t i = 0; i < FIELDS; i++)
      if (is_text(name, name_length, our_names[i])) field = i;
    if (field == FIELDS || value[field] != NULL) return NULL;
    value[field] = read_string(&in, BYTES, &length[field]);
  }
  if (in.bad || in.at != in.end) return NULL;
  unsigned char *out = write_text(write_head(request, MAP, 1), "Attestation");
  out = write_head(out, MAP, FIELDS);
  for (size_t i = 0; i < FIELDS; i++) {
    out = write_text(out, nsm_names[i]);
    if (value[i] != NULL) {
      out = write_string(out, BYTES, value[i], length[i]);
    } else {
      *out++ = 0xf6; /* null */
    }
  }
  return out;
}

void nsm_serve(int connection) {
  unsigned char message[MOST_REQUEST], request[MOST_REQUEST + 128], response[MOST_RESPONSE];
  uint32_t size;
  if (receive(connection, (unsigned char *)&size, sizeof size) != 0) return;
  size = ntohl(size);
  if (size == 0 || size > sizeof message || receive(connection, message, size) != 0) {
    refuse(connection, "malformed");
    return;
  }
  unsigned char *end = translate(message, size, request);
  if (end == NULL) {
    refuse(connection, "malformed");
    return;
  }
  ssize_t got = ask(request, (size_t)(end - request), response);
  struct reader in = {response, response + (got < 0 ? 0 : got), 0};
  size_t length = 0;
  const unsigned char *document = read_answer(&in, "Attestation", "document", &length);
  if (document == NULL) {
    refuse(connection, "internal");
  } else {
    answer(connection, "document", BYTES, document, length);
  }
}
