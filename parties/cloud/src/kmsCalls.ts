import { rotationAgreedAnswer, type Signed, signedCodec } from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import { readBytes } from '@symbolon/verify';

const timeout = 8_000;
const maximumBytes = 131_072;

/** Asks the kms under this party's own signature. Throws ServiceError `kms-refused` (409) or `kms-unreachable` (503). */
export async function askKms(address: string, signed: Signed): Promise<Signed> {
  return signedCodec.decode(await send(address, post(signed)));
}

/** As {@link askKms}: the cloud agrees to what both have prepared. */
export async function agreeWithKms(address: string, signed: Signed): Promise<{ flips: Signed[] }> {
  return rotationAgreedAnswer.decode(await send(address, post(signed)));
}

/** As {@link askKms}, where there is nothing to answer. */
export async function tellKms(address: string, signed: Signed): Promise<void> {
  await send(address, post(signed));
}

/** Reads what the kms says, signed, to whoever asks. Throws as {@link askKms} does. */
export async function readFromKms(address: string): Promise<Signed> {
  return signedCodec.decode(await send(address, {}));
}

const post = (signed: Signed) => ({
  method: 'POST',
  headers: { 'content-type': 'application/cbor' },
  body: signedCodec.encode(signed) as Uint8Array<ArrayBuffer>,
});

async function send(address: string, request: RequestInit): Promise<Uint8Array> {
  const response = await fetch(address, { ...request, signal: AbortSignal.timeout(timeout) }).catch(
    (cause: unknown) => {
      throw kmsUnreachable(cause);
    },
  );
  if (response.ok) return readBytes(response, maximumBytes);
  await response.body?.cancel();
  throw response.status >= 500 ? kmsUnreachable(undefined) : kmsRefused();
}

const kmsRefused = () =>
  new ServiceError({ status: 409, code: 'kms-refused', message: 'The kms refused.', hint: 'Ask again in a minute.' });

function kmsUnreachable(cause: unknown): ServiceError {
  const error = new ServiceError({
    status: 503,
    code: 'kms-unreachable',
    message: 'The kms does not answer.',
    hint: 'Try again later.',
    retryAfter: 5,
  });
  error.cause = cause;
  return error;
}
