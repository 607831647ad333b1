import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedImage } from './cachedImage.ts';
import { EnclaveError } from './error.ts';
import { measureImage } from './measure.ts';
import { readRelease } from './release.ts';
import { staleRelease } from './testing.ts';

test('an image whose boot part was kept measures what one built from its inputs does', async (context) => {
  try {
    await cachedImage();
  } catch (error) {
    if (error instanceof EnclaveError && error.code === 'input-missing') return context.skip(error.message);
    throw error;
  }
  assert.deepEqual(measureImage(await cachedImage()).pcr1, readRelease().pcr1, staleRelease);
});
