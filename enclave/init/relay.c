/*
 * Carries bytes between two sockets and knows nothing of them: on Nitro the signer's TCP and unix sockets have no other way out
 * than vsock, which Node does not speak. One process, one loop, a fixed number of connections.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

enum { MOST_PAIRS = 192, BUFFER = 16 * 1024, MOST_ROUTES = 4 };

/* One way of a connection: what was read from one end and not yet written to the other. */
struct flow {
  unsigned char bytes[BUFFER];
  size_t from, to;
  int ended, told;
};

struct pair {
  int used;
  int fd[2];
  /* flow[i] runs from fd[i] to fd[1 - i]. */
  struct flow flow[2];
};

static struct pair pairs[MOST_PAIRS];

static void drop(struct pair *pair) {
  close(pair->fd[0]);
  close(pair->fd[1]);
  pair->used = 0;
}

static void take(const struct route *route) {
  int here = accept4(route->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (here < 0) return;
  if (route->serve != NULL) {
    route->serve(here);
    close(here);
    return;
  }
  for (size_t i = 0; i < MOST_PAIRS; i++) {
    if (pairs[i].used) continue;
    int there = route->connect();
    if (there < 0) break;
    memset(&pairs[i].flow, 0, sizeof pairs[i].flow);
    pairs[i].fd[0] = here;
    pairs[i].fd[1] = there;
    pairs[i].used = 1;
    return;
  }
  close(here);
}

static int again(void) { return errno == EAGAIN || errno == EINTR; }

/* Moves what can be moved one way. -1 where the connection is over. */
static int move(struct pair *pair, int way, short readable, short writable) {
  struct flow *flow = &pair->flow[way];
  if (readable && flow->to == 0 && !flow->ended) {
    ssize_t got = read(pair->fd[way], flow->bytes, BUFFER);
    if (got < 0 && !again()) return -1;
    if (got == 0) flow->ended = 1;
    if (got > 0) flow->to = (size_t)got;
  }
  if (flow->from < flow->to && (writable || readable)) {
    ssize_t put = send(pair->fd[1 - way], flow->bytes + flow->from, flow->to - flow->from, MSG_NOSIGNAL);
    if (put < 0 && !again() && errno != ENOTCONN) return -1;
    if (put > 0) flow->from += (size_t)put;
    if (flow->from == flow->to) flow->from = flow->to = 0;
  }
  if (flow->ended && flow->to == 0 && !flow->told) {
    flow->told = 1;
    shutdown(pair->fd[1 - way], SHUT_WR);
  }
  return 0;
}

/* What fd[end] is watched for: room for what waits, or something to read once nothing waits. */
static short wanted(const struct pair *pair, int end) {
  const struct flow *out = &pair->flow[1 - end], *in = &pair->flow[end];
  short events = 0;
  if (out->from < out->to) events |= POLLOUT;
  if (in->to == 0 && !in->ended) events |= POLLIN;
  return events;
}

static void serve(struct pair *pair, short first, short second) {
  const short lost = POLLHUP | POLLERR, come = POLLIN | POLLHUP | POLLERR;
  if ((first & POLLERR) || (second & POLLERR) || move(pair, 0, first & come, second & POLLOUT) != 0 ||
      move(pair, 1, second & come, first & POLLOUT) != 0) {
    drop(pair);
    return;
  }
  int done = pair->flow[0].told && pair->flow[1].told;
  /* A peer that is wholly gone takes nothing any more. */
  int gone = ((first & lost) && pair->flow[0].ended) || ((second & lost) && pair->flow[1].ended);
  if (done || (gone && pair->flow[0].to == 0 && pair->flow[1].to == 0)) drop(pair);
}

static int has_ended(pid_t signer) {
  for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;)
    if (ended == signer) return 1;
  return 0;
}

static void on_child(int signal) { (void)signal; }

void relay_until_ended(const struct route *routes, size_t count, pid_t signer) {
  static struct pollfd polled[MOST_ROUTES + 2 * MOST_PAIRS];
  static struct pair *whose[MOST_PAIRS];
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  while (!has_ended(signer)) {
    nfds_t n = 0;
    for (size_t i = 0; i < count; i++) polled[n++] = (struct pollfd){.fd = routes[i].listener, .events = POLLIN};
    size_t open = 0;
    for (size_t i = 0; i < MOST_PAIRS; i++) {
      if (!pairs[i].used) continue;
      whose[open++] = &pairs[i];
      for (int end = 0; end < 2; end++) {
        short events = wanted(&pairs[i], end);
        /* With nothing to wait for, a hang-up would be told again and again. */
        polled[n++] = (struct pollfd){.fd = events == 0 ? -1 : pairs[i].fd[end], .events = events};
      }
    }
    /* The second is for a signer that ended between the question and the wait. */
    if (poll(polled, n, 1000) < 0) continue;
    for (size_t i = 0; i < open; i++)
      serve(whose[i], polled[count + 2 * i].revents, polled[count + 2 * i + 1].revents);
    for (size_t i = 0; i < count; i++)
      if (polled[i].revents != 0) take(&routes[i]);
  }
}
