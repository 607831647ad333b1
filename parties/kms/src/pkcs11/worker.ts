import { CryptoError, Secret, utf8 } from '@symbolon/crypto';
import { hpkeXWing, openAtRest, sealAtRest } from '@symbolon/crypto/native';
import { readSecretFile } from '@symbolon/service';
import { VaultError } from '@symbolon/share-store';
import { IndividualKeys } from './individualKeys.ts';
import { loadPkcs11 } from './load.ts';
import { type Answer, type Ask, type Begin, channelInfo, shareIn, shareOut } from './messages.ts';
import { trimmedPin } from './pin.ts';
import { endsSession, vaultErrorOf } from './reasons.ts';
import { Token } from './token.ts';

/**
 * A process with one session of an HSM: the maker's library blocks, hangs and crashes in here, and takes nothing of the kms with it.
 * What crosses its border is wrapped, sealed or public. It ends with the kms.
 */
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group: the kms first ends what it has begun, then this.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('message', (begin: Begin) => void serve(begin));

async function serve({ place, pinFile, sealTo }: Begin): Promise<void> {
  try {
    const module = await loadPkcs11();
    const token = Token.login(module, place, pinOf(pinFile), 'use');
    const keys = new IndividualKeys(token, place.keyLabel);
    const channelKey = Secret.random(32);
    const { sealed, reply } = hpkeXWing.seal(sealTo, utf8(channelInfo), keys.identity, channelKey.expose());
    reply[Symbol.dispose]();
    process.on('message', (ask: Ask) => answer(work(keys, channelKey, ask)));
    answer({ what: 'ready', identity: keys.identity, channel: sealed });
  } catch (error) {
    lastAnswer({ what: 'failed', reason: vaultErrorOf(error).reason });
  }
}

function work(keys: IndividualKeys, channelKey: Secret, ask: Ask): Answer {
  const { id } = ask;
  try {
    return { what: 'done', id, bytes: done(keys, channelKey, ask) };
  } catch (error) {
    if (error instanceof CryptoError) return { what: 'mismatch', id };
    return { what: 'refused', id, reason: vaultErrorOf(error).reason };
  }
}

function done(keys: IndividualKeys, channelKey: Secret, ask: Ask): Uint8Array {
  switch (ask.do) {
    case 'create':
      return keys.create(ask.context);
    case 'protect': {
      using share = openAtRest(channelKey, utf8(shareIn(ask.id)), ask.share);
      return keys.protect(ask.key, ask.context, ask.label, share);
    }
    case 'open': {
      using share = keys.open(ask.key, ask.context, ask.label, ask.sealed);
      return sealAtRest(channelKey, utf8(shareOut(ask.id)), share);
    }
    case 'ping':
      keys.ping();
      return new Uint8Array();
  }
}

function pinOf(file: string): Uint8Array {
  try {
    return trimmedPin(readSecretFile(file));
  } catch {
    throw new VaultError('pin-unreadable');
  }
}

function answer(said: Answer): void {
  // A session that is lost never comes back: a fresh process finds out what is there now.
  if (said.what === 'refused' && endsSession(said.reason)) lastAnswer(said);
  else process.send?.(said);
}

function lastAnswer(said: Answer): void {
  process.send?.(said, undefined, undefined, () => process.exit(1));
}
