import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, verifyMessage } from 'viem';
import type { CompatWorld } from './compatWorld.ts';
import type { Dapp } from './dapp.ts';

/** Where the tests are: read in each, since both come to be before the first. */
export type At = () => { compat: CompatWorld; dapp: Dapp };

/** Sign-ins of the test-dapp: what the person's screen says, and whether it stops them. */
const signIns: [button: string, sentence: RegExp, dangers: string[], cautions: string[]][] = [
  // It always names chain 1, and is on another one.
  ['siwe', /^Sign in to test-dapp\.localhost:\d+$/, [], ['other-chain']],
  ['siweResources', /^Sign in to test-dapp\.localhost:\d+$/, [], ['other-chain']],
  ['siweBadDomain', /^Sign in to metamask\.badactor\.io$/, ['sign-in-domain'], ['other-chain']],
  ['siweBadAccount', /^Sign in to test-dapp\.localhost:\d+$/, ['sign-in-address'], ['other-chain']],
  ['siweMalformed', /^Sign a message$/, [], ['sign-in-malformed']],
];

const permit2 = ['permit', 'unlimited-allowance'];

/** What is no typed data by EIP-712 never reaches the person. */
const malformed: [button: string, says: RegExp][] = [
  ['signInvalidType', /consideration: of an unknown type/],
  ['signEmptyDomain', /domain\.name: missing/],
  ['signInvalidPrimaryType', /primaryType/],
  ['signNoPrimaryTypeDefined', /typed data/],
  ['signInvalidVerifyingContractType', /verifyingContract/],
];

/** Further typed data that dApps ask for, and what the screen makes of it. */
const variants: [button: string, sentence: RegExp, dangers: string[]][] = [
  ['signPermitSingle', /^Permit 0x3fC91A3afd70395Cd496C647d5a6CC9D4B2b7FAD to spend all your /, permit2],
  ['signBlurOrder', /^Sign “Order” for Blur Exchange$/, []],
  ['signSeaportBulkOrder', /^Sign “BulkOrder” for Seaport$/, []],
  ['maliciousPermitHexPaddedChain', /^Permit 0x1661F1B207629e4F385DA89cFF535C8E5Eb23Ee3 to spend /, ['permit']],
];

const unsupported: [button: string, method: string, reason: string, shown: string][] = [
  ['ethSign', 'eth_sign', 'eth-sign-refused', '#ethSign'],
  ['signTypedData', 'eth_signTypedData', 'method-unsupported', '#signTypedDataResult'],
  ['signTypedDataV3', 'eth_signTypedData_v3', 'method-unsupported', '#signTypedDataV3Result'],
  ['getEncryptionKeyButton', 'eth_getEncryptionPublicKey', 'method-unsupported', '#encryptionKeyDisplay'],
];

export function asksForSignatures(at: At): void {
  test('personal_sign: the text stands on the screen; the signature verifies here and by both ways of the test-dapp', async () => {
    const { compat, dapp } = at();
    const message = 'Example `personal_sign` message';
    const asked = await dapp.ask('#personalSign', 'personal_sign');
    assert.equal(asked.sentence, 'Sign a message');
    assert.deepEqual([asked.dangers, asked.cautions], [[], []]);
    assert.ok(asked.text.includes(message.replaceAll(' ', '')));
    const { result } = await asked.approve();
    assert.ok(await verifyMessage({ address: compat.address, message, signature: result as Hex }));
    await dapp.shows('#personalSignResult', String(result));

    const address = compat.address.toLowerCase();
    assert.equal((await dapp.told('#personalSignVerify', 'personal_ecRecover')).result, address);
    await dapp.shows('#personalSignVerifySigUtilResult', address);
    await dapp.shows('#personalSignVerifyECRecoverResult', address);
  });

  test('eth_signTypedData_v4: every field stands on the screen, and the test-dapp verifies the signature', async () => {
    const { compat, dapp } = at();
    const asked = await dapp.ask('#signTypedDataV4', 'eth_signTypedData_v4');
    assert.equal(asked.sentence, 'Sign “Mail” for Ether Mail');
    assert.deepEqual([asked.dangers, asked.cautions], [[], []]);
    for (const shown of ['Hello,Bob!', 'Cow', '0xB0B0b0b0b0b0B000000000000000000000000000']) {
      assert.ok(asked.text.includes(shown), shown);
    }
    const { result } = await asked.approve();
    await dapp.shows('#signTypedDataV4Result', String(result));
    await dapp.page.click('#signTypedDataV4Verify');
    await dapp.shows('#signTypedDataV4VerifyResult', compat.address.toLowerCase());
  });

  test('typed data that carries what its types do not name: that is neither shown nor signed', async () => {
    const asked = await at().dapp.ask('#signExtraDataNotTyped', 'eth_signTypedData_v4');
    assert.equal(asked.sentence, 'Sign “Wallet” for Seaport');
    assert.ok(
      asked.text.includes('Hello,Bob!') && !asked.text.includes('notTyped') && !asked.text.includes('extraData'),
    );
    assert.equal((await asked.reject()).error?.code, 4001);
  });

  for (const [button, says] of malformed) {
    test(`typed data that is malformed is refused with -32602, and nobody is asked: ${button}`, async () => {
      const { dapp } = at();
      const { error } = await dapp.told(`#${button}`, 'eth_signTypedData_v4');
      assert.equal(error?.code, -32602);
      assert.match(error.message, says);
      await dapp.shows('#signMalformedResult', says);
    });
  }

  test('a permit (EIP-2612) is called one, and is a danger that has to be ticked; the test-dapp verifies it', async () => {
    const { compat, dapp } = at();
    const asked = await dapp.ask('#signPermit', 'eth_signTypedData_v4');
    assert.match(asked.sentence, /^Permit 0x5B38Da6a701c568545dCfcB03FcB875f56beddC4 to spend up to 3,000, until /);
    assert.deepEqual(asked.dangers, ['permit']);
    await asked.window.click('[data-action="approve"]', { force: true });
    assert.equal(await asked.window.locator('[data-action="acknowledge"]').isChecked(), false);
    const { result } = await asked.approve();
    await dapp.shows('#signPermitResult', String(result));
    await dapp.page.click('#signPermitVerify');
    await dapp.shows('#signPermitVerifyResult', compat.address.toLowerCase());
  });

  for (const [button, sentence, dangers] of variants) {
    test(`other typed data is named for what it is: ${button}`, async () => {
      const asked = await at().dapp.ask(`#${button}`, 'eth_signTypedData_v4');
      assert.match(asked.sentence, sentence);
      assert.deepEqual(asked.dangers, dangers);
      assert.match(String((await asked.approve()).result), /^0x[0-9a-f]{130}$/);
    });
  }

  test('a domain that says more than its type names is refused, since libraries disagree on what is signed then', async () => {
    const { error } = await at().dapp.told('#signPermitBatch', 'eth_signTypedData_v4');
    assert.deepEqual([error?.code, error?.reason], [-32602, 'typed-data-invalid']);
    assert.match(error?.message ?? '', /domain\.version: not a member of EIP712Domain/);
  });

  for (const [button, sentence, dangers, cautions] of signIns) {
    test(`Sign-In with Ethereum (EIP-4361): ${button}`, async () => {
      const { dapp } = at();
      const asked = await dapp.ask(`#${button}`, 'personal_sign');
      assert.match(asked.sentence, sentence);
      assert.deepEqual([asked.dangers, asked.cautions], [dangers, cautions]);
      const { result, error } = dangers.length === 0 ? await asked.approve() : await asked.reject();
      if (dangers.length === 0) assert.match(String(result), /^0x[0-9a-f]{130}$/);
      else assert.equal(error?.code, 4001);
      await dapp.shows('#siweResult', dangers.length === 0 ? String(result) : /^Error/);
    });
  }

  for (const [button, method, reason, shown] of unsupported) {
    test(`${method} is refused with 4200, and nobody is asked`, async () => {
      const { dapp } = at();
      const { error } = await dapp.told(`#${button}`, method);
      assert.deepEqual([error?.code, error?.reason], [4200, reason]);
      await dapp.shows(shown, /Error/);
    });
  }
}
