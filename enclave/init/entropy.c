#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>
#include "init.h"

enum { SAMPLE = 512, MOST_RUN = 8, MOST_OF_ONE = 40, CREDITED_BITS = 256 };

/* The repetition and proportion tests of NIST SP 800-90B 4.4, for a source that should give uniform bytes. */
static int looks_stuck(const unsigned char *sample) {
  int count[256] = {0}, run = 0;
  for (int i = 0; i < SAMPLE; i++) {
    run = i > 0 && sample[i] == sample[i - 1] ? run + 1 : 1;
    if (run >= MOST_RUN || ++count[sample[i]] >= MOST_OF_ONE) return 1;
  }
  return 0;
}

/*
 * The host of an enclave decides when it boots and can boot it again and again: without entropy of the machine's own two boots
 * could make the same keys. No source, a stuck one, or a generator that is not ready: no signer.
 */
void seed_entropy(void) {
  struct {
    int bits;
    int length;
    unsigned char bytes[SAMPLE];
  } pool = {CREDITED_BITS, SAMPLE, {0}};
  if (machine_entropy(pool.bytes, SAMPLE) != 0 || looks_stuck(pool.bytes)) machine_end(END_ENTROPY);
  int device = open("/dev/random", O_WRONLY | O_CLOEXEC);
  if (device < 0 || ioctl(device, RNDADDENTROPY, &pool) != 0) machine_end(END_ENTROPY);
  close(device);
  explicit_bzero(&pool, sizeof pool);
  unsigned char probe[32];
  if (getrandom(probe, sizeof probe, GRND_NONBLOCK) != sizeof probe) machine_end(END_ENTROPY);
  explicit_bzero(probe, sizeof probe);
}
