import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from './kept.ts';
import type { Settings } from './model.ts';

export const firstSettings: Settings = { language: null, theme: 'system', signTransactions: false };

const settingsSchema = v.strictObject({
  language: v.nullable(v.pipe(v.string(), v.regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/))),
  theme: v.picklist(['system', 'light', 'dark']),
  signTransactions: v.boolean(),
});

export const keptSettings = (storage: DeviceStorage, lock: Lock): Kept<Settings> =>
  new Kept(storage, lock, 'settings', settingsSchema, firstSettings);
