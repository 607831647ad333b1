/*
 * PID 1 of the enclave. It boots the machine, refuses to go on without entropy, takes the configuration from the host (which is
 * why evidence names its hash), starts the signer as the only other process, and carries bytes for it until it ends. There is no
 * shell, no login, no other program. The signer's end is the machine's end.
 */
#include "init.h"

int main(void) {
  mount_filesystems();
  load_modules();
  machine_start();
  seed_entropy();
  receive_file(PORT_CONFIG, "/run/config.json");
  receive_file(PORT_DEPLOYMENT, "/run/deployment.json");
  struct route routes[4];
  size_t count = machine_routes(routes, sizeof routes / sizeof routes[0]);
  close_root();
  pid_t signer = start_signer();
  relay_until_ended(routes, count, signer);
  machine_end(END_SIGNER);
}
