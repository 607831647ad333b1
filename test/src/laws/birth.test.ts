import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { awsNitroRoot } from '@symbolon/attestation';
import { createDevelopmentRoot, ownCertificate } from '@symbolon/attestation/develop';
import { toBase64url } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import { initialise, tryStart } from '../support/party.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbolon-birth-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const root = Buffer.from(awsNitroRoot).toString('base64');
const developmentRoot = Buffer.from(ownCertificate(createDevelopmentRoot())).toString('base64');
const organisations = ['a', 'b', 'c'].map((name) => ({ name, key: toBase64url(SigningKey.generate().publicKey) }));

describe('law 10: a store is what it was born as', () => {
  for (const party of ['kms', 'cloud'] as const) {
    test(`a ${party} once started as production never starts as development, nor in another deployment`, async () => {
      const dataDir = join(folder, party);
      const keys = await initialise(party, dataDir);
      const start = (says: { id?: string; mode?: string; attestationRoots?: string[] }) => {
        const deployment = {
          v: 1,
          id: 'real-one',
          mode: 'production',
          attestationRoots: [root],
          organisations,
          threshold: 2,
          waitSeconds: 0,
          issuers: [{ url: 'https://nobody.example', audience: 'nobody' }],
          kms: { url: 'https://nobody.example', ...keys },
          cloud: { url: 'https://nobody.example', ...keys },
          signer: { url: 'https://nobody.example' },
          ...says,
        };
        const deploymentFile = join(folder, `${party}.deployment.json`);
        writeFileSync(deploymentFile, JSON.stringify(deployment));
        const smtp = { host: '127.0.0.1', port: 9, secure: false, from: 'kms@symbolon.example' };
        const config = { dataDir, port: 0, deploymentFile, ...(party === 'kms' ? { smtp } : {}) };
        const file = join(folder, `${party}.json`);
        writeFileSync(file, JSON.stringify(config));
        return tryStart(party, file);
      };
      const underDevelopmentRoot = await start({ attestationRoots: [developmentRoot] });
      assert.equal(
        underDevelopmentRoot.ready,
        false,
        'production accepts no development root, from the first start on',
      );
      const born = await start({});
      assert.equal(born.ready, true, born.said);
      for (const says of [{ mode: 'development' }, { id: 'other-one' }, { id: 'other-one', mode: 'development' }]) {
        const { ready, said } = await start(says);
        assert.equal(ready, false);
        assert.match(said, /belongs to the production deployment real-one/);
      }
      assert.equal((await start({})).ready, true, 'and goes on as what it is');
    });
  }
});
