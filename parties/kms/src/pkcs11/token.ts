import { createHash, randomBytes } from 'node:crypto';
import { VaultError } from '@symbolon/share-store';
import type { Attribute, Handle, PKCS11 } from 'pkcs11js';
import type { Pkcs11Module } from './load.ts';
import type { RootPlace } from './settings.ts';

/** One logged-in session of a token. Its calls block until the HSM has answered: it lives in a process of its own. */
export class Token implements Disposable {
  readonly module: Pkcs11Module;
  readonly calls: PKCS11;
  readonly session: Handle;
  readonly serial: string;

  private constructor(module: Pkcs11Module, calls: PKCS11, session: Handle, serial: string) {
    this.module = module;
    this.calls = calls;
    this.session = session;
    this.serial = serial;
  }

  /**
   * Loads the library and logs in, once. The PIN is wiped; PKCS#11's bridge takes it as a string alone, which lives on in this
   * process. Throws VaultError and what pkcs11js throws.
   */
  static login(module: Pkcs11Module, place: RootPlace, pin: Uint8Array, mode: 'use' | 'make'): Token {
    const calls = new module.PKCS11();
    try {
      load(calls, place.library);
      calls.C_Initialize({ flags: module.CKF_OS_LOCKING_OK });
      const slot = slotOf(calls, place);
      const { flags, serialNumber } = calls.C_GetTokenInfo(slot);
      if ((flags & module.CKF_USER_PIN_LOCKED) !== 0) throw new VaultError('pin-locked');
      // One more wrong try would lock the token: a person has to look first.
      if ((flags & module.CKF_USER_PIN_FINAL_TRY) !== 0) throw new VaultError('pin-last-try');
      const write = mode === 'make' ? module.CKF_RW_SESSION : 0;
      const session = calls.C_OpenSession(slot, module.CKF_SERIAL_SESSION | write);
      calls.C_Login(session, module.CKU_USER, Buffer.from(pin.buffer, pin.byteOffset, pin.length).toString('utf8'));
      return new Token(module, calls, session, serialNumber.trim());
    } catch (error) {
      end(calls);
      throw error;
    } finally {
      pin.fill(0);
    }
  }

  /** The root of this label with its id, or null. Throws VaultError `key-unfit` for one that could get out, or two of one label. */
  findRoot(label: string): { root: Handle; identity: Uint8Array } | null {
    const { module, calls, session } = this;
    calls.C_FindObjectsInit(session, [
      { type: module.CKA_CLASS, value: module.CKO_SECRET_KEY },
      { type: module.CKA_LABEL, value: label },
    ]);
    const found = calls.C_FindObjects(session, 2);
    calls.C_FindObjectsFinal(session);
    const [root, second] = found;
    if (root === undefined) return null;
    if (second !== undefined || !this.#isFit(root)) throw new VaultError('key-unfit');
    const [id] = calls.C_GetAttributeValue(session, root, [{ type: module.CKA_ID }]);
    return { root, identity: identityOf(this.serial, id?.value ?? Buffer.alloc(0)) };
  }

  /** Makes a root inside the token: it can wrap and unwrap, and do nothing else, and never leaves. */
  makeRoot(label: string): void {
    const { module, calls, session } = this;
    const template: Attribute[] = [
      ...secretKey(module, { keep: true, extractable: false }),
      { type: module.CKA_LABEL, value: label },
      { type: module.CKA_ID, value: randomBytes(16) },
      { type: module.CKA_VALUE_LEN, value: 32 },
      { type: module.CKA_WRAP, value: true },
      { type: module.CKA_UNWRAP, value: true },
      { type: module.CKA_ENCRYPT, value: false },
      { type: module.CKA_DECRYPT, value: false },
    ];
    calls.C_GenerateKey(session, { mechanism: module.CKM_AES_KEY_GEN }, template);
  }

  /** A root that could also decrypt would turn wrapped keys into plain ones; one that is extractable is no root. */
  #isFit(root: Handle): boolean {
    const { module, calls, session } = this;
    const wanted: readonly (readonly [attribute: number, value: number])[] = [
      [module.CKA_SENSITIVE, 1],
      [module.CKA_EXTRACTABLE, 0],
      [module.CKA_WRAP, 1],
      [module.CKA_UNWRAP, 1],
      [module.CKA_ENCRYPT, 0],
      [module.CKA_DECRYPT, 0],
    ];
    const types = [
      ...wanted.map(([type]) => ({ type })),
      { type: module.CKA_KEY_TYPE },
      { type: module.CKA_VALUE_LEN },
    ];
    const values = calls.C_GetAttributeValue(session, root, types).map(({ value }) => value);
    const numberAt = (index: number) => values[index]?.readUIntLE(0, Math.min(values[index]?.length ?? 0, 6));
    return (
      wanted.every(([, value], index) => numberAt(index) === value) &&
      numberAt(wanted.length) === module.CKK_AES &&
      numberAt(wanted.length + 1) === 32
    );
  }

  [Symbol.dispose](): void {
    end(this.calls);
  }
}

/** Attributes of an AES key whose value no call gives out. */
export function secretKey(
  module: Pkcs11Module,
  { keep, extractable }: { keep: boolean; extractable: boolean },
): Attribute[] {
  return [
    { type: module.CKA_CLASS, value: module.CKO_SECRET_KEY },
    { type: module.CKA_KEY_TYPE, value: module.CKK_AES },
    { type: module.CKA_TOKEN, value: keep },
    { type: module.CKA_PRIVATE, value: true },
    { type: module.CKA_SENSITIVE, value: true },
    { type: module.CKA_EXTRACTABLE, value: extractable },
  ];
}

/** What a statement names: SHA-256 over domain, the token's serial number and the key's id. */
const identityOf = (serial: string, id: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(`symbolon/v1/vault-pkcs11\0${serial}\0`).update(id).digest());

function load(calls: PKCS11, library: string): void {
  try {
    calls.load(library);
  } catch {
    throw new VaultError('library-missing');
  }
}

function slotOf(calls: PKCS11, { token, slot }: RootPlace): Handle {
  const slots = calls.C_GetSlotList(true);
  const found = slots.filter((one) =>
    token === undefined ? Number(one.readBigUInt64LE()) === slot : calls.C_GetTokenInfo(one).label.trimEnd() === token,
  );
  const [only, second] = found;
  if (only === undefined || second !== undefined) throw new VaultError('token-missing');
  return only;
}

/** Whatever of it was begun. */
function end(calls: PKCS11): void {
  try {
    calls.C_Finalize();
  } catch {
    // Never initialised, or gone already: either way nothing of it is left.
  }
}
