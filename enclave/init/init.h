#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Why the machine ended: the emulator's host is told this number and nothing else. ../src/qemu.ts has the words. */
enum end {
  END_MOUNTS = 1,
  END_MODULES = 2,
  END_NETWORK = 3,
  END_ENTROPY = 4,
  END_CONFIGURATION = 5,
  END_RELAY = 6,
  END_START = 7,
  END_SIGNER = 8,
};

/* Ports outside: what the signer may reach goes through RELAY, the two files of its configuration come from the others. */
enum port { PORT_REQUESTS = 8080, PORT_RELAY = 9000, PORT_NSM = 9001, PORT_CONFIG = 9002, PORT_DEPLOYMENT = 9003 };

/* The signer runs as this user and nobody else does. */
enum { SIGNER_USER = 1000 };

/* Where the signer asks for evidence: the frames of @symbolon/attestation/nsm. */
#define NSM_SOCKET "/run/nsm.sock"

/* boot.c */
void mount_filesystems(void);
void load_modules(void);
void receive_file(enum port from, const char *path);
void close_root(void);
pid_t start_signer(void);

/* entropy.c */
void seed_entropy(void);

/* relay.c */
struct route {
  int listener;
  /* Opens the other end of a connection that came, without waiting; -1 where it can't. */
  int (*connect)(void);
  /* Or serves the connection by itself. One of the two is null. */
  void (*serve)(int connection);
};
void relay_until_ended(const struct route *routes, size_t count, pid_t signer);

/* sockets.c */
int listen_unix(const char *path);
int listen_tcp(uint32_t address, uint16_t port);
int connect_tcp(uint32_t address, uint16_t port);
void bring_up(const char *interface, uint32_t address, uint32_t mask);

/* The seam: machine_qemu.c or machine_nitro.c. All else in here is the same on both. */
void machine_start(void);
/* Fills `bytes` from what the machine has for entropy; 0, or -1 where there is nothing. */
int machine_entropy(unsigned char *bytes, size_t length);
/* A connection to the host, to read one file of the configuration from; -1 where it can't. */
int machine_receive(enum port from);
size_t machine_routes(struct route *routes, size_t most);
_Noreturn void machine_end(enum end why);
