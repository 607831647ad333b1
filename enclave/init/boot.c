#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "init.h"

enum { MOST_BYTES = 256 * 1024 };

void mount_filesystems(void) {
  const unsigned long plain = MS_NOSUID | MS_NOEXEC;
  if (mount("dev", "/dev", "devtmpfs", plain, "mode=0755") != 0) machine_end(END_MOUNTS);
  if (mount("proc", "/proc", "proc", plain | MS_NODEV, "") != 0) machine_end(END_MOUNTS);
  if (mount("run", "/run", "tmpfs", plain | MS_NODEV, "size=2m,mode=0755") != 0) machine_end(END_MOUNTS);
}

/* Whatever lies in /modules, in the order of the names. */
void load_modules(void) {
  struct dirent **names;
  int count = scandir("/modules", &names, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    if (names[i]->d_name[0] == '.') continue;
    char path[300];
    snprintf(path, sizeof path, "/modules/%s", names[i]->d_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) machine_end(END_MODULES);
    close(file);
  }
}

/* Nothing that comes here is secret, and the signer parses it strictly: a host that alters it gets evidence that says so. */
void receive_file(enum port from, const char *path) {
  static char bytes[MOST_BYTES];
  int connection = machine_receive(from);
  if (connection < 0) machine_end(END_CONFIGURATION);
  size_t length = 0;
  for (;;) {
    ssize_t got = read(connection, bytes + length, sizeof bytes - length);
    if (got < 0) machine_end(END_CONFIGURATION);
    if (got == 0) break;
    length += (size_t)got;
    if (length == sizeof bytes) machine_end(END_CONFIGURATION);
  }
  close(connection);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (length == 0 || file < 0 || write(file, bytes, length) != (ssize_t)length) machine_end(END_CONFIGURATION);
  close(file);
}

/* From here on nothing can be written but /run, and no core is ever dumped. */
void close_root(void) {
  if (mount("", "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0) machine_end(END_MOUNTS);
  int pattern = open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC);
  if (pattern < 0 || write(pattern, "\n", 1) != 1) machine_end(END_START);
  close(pattern);
  const struct rlimit none = {0, 0}, all = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_CORE, &none) != 0) machine_end(END_START);
  /* The signer keeps its long-lived keys in locked memory. */
  if (setrlimit(RLIMIT_MEMLOCK, &all) != 0) machine_end(END_START);
}

/*
 * Node with the signer's bundle, as a user without rights and with an empty environment, so that no NODE_OPTIONS reaches it. No
 * inspector can be opened by signal, no code is made from strings, and what it says goes nowhere: the host hears no log.
 */
pid_t start_signer(void) {
  pid_t child = fork();
  if (child < 0) machine_end(END_START);
  if (child > 0) return child;
  int nothing = open("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2; fd++) dup2(nothing, fd);
  closefrom(3);
  if (setgroups(0, NULL) != 0 || setresgid(SIGNER_USER, SIGNER_USER, SIGNER_USER) != 0 ||
      setresuid(SIGNER_USER, SIGNER_USER, SIGNER_USER) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    _exit(1);
  char *const arguments[] = {"/app/node",
                             "--disable-sigusr1",
                             "--disallow-code-generation-from-strings",
                             "--max-old-space-size=160",
                             "/app/signer.mjs",
                             "/run/config.json",
                             NULL};
  char *const environment[] = {NULL};
  execve(arguments[0], arguments, environment);
  _exit(1);
}
