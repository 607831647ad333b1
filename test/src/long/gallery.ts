// `node gallery.ts SEED FROM COUNT`: axe's every rule over every screen of the wallet, in COUNT of the twelve ways to see it, language by
// theme by size, from number FROM on, with a picture of each. The last line is the totals, JSON. Nothing is random: the seed changes nothing.
import assert from 'node:assert/strict';
import { axeFindings, everyRule } from '../../../parties/wallet/src/gallery/examine.ts';
import { fit, languages, openGallery, shoot, sizes } from '../../../parties/wallet/src/gallery/open.ts';
import { startChromium } from '../support/chromium.ts';

const from = Number(process.argv[3]);
const ways = languages.flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    (['small', 'wide'] as const).map((size) => [language, theme, size] as const),
  ),
);
const wanted = ways.slice(from, from + Number(process.argv[4]));

await using gallery = await openGallery(await startChromium());
const found: string[] = [];
let screens = 0;
for (const [language, theme, size] of wanted) {
  const page = await gallery.open(sizes[size]);
  for (const name of await page.evaluate(() => window.gallery.names)) {
    await page.setViewportSize(sizes[size]);
    await page.evaluate((to) => window.gallery.show(...to), [name, language, theme] as const);
    const as = `${name}.${language}.${theme}.${size}`;
    await fit(page, sizes[size]);
    await shoot(page, as);
    found.push(...(await page.evaluate(axeFindings, everyRule)).map((what) => `${as}: ${what}`));
    screens += 1;
  }
  await page.close();
}
assert.deepEqual([...found, ...gallery.complaints], []);
console.log(JSON.stringify({ ways: wanted.length, screens, found: 0 }));
