#pragma once
#include <stddef.h>

/* Opens /dev/nsm, for the life of the process. */
void nsm_open(void);
/* Fills `bytes` with the security module's own random bytes; 0, or -1. */
int nsm_random(unsigned char *bytes, size_t length);
/* Answers one request for a document on a connection of the signer's: the frames of @symbolon/attestation/nsm. */
void nsm_serve(int connection);
