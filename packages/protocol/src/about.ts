import * as v from 'valibot';
import { codec } from './codec.ts';
import { deploymentId, millis, version } from './fields.ts';

/** Who answers here, in which deployment, and what its clock says (ms). For people and their tools; nothing rests on it. */
export const about = codec(
  'about',
  v.strictObject({
    v: version,
    party: v.picklist(['kms', 'cloud', 'signer']),
    deployment: deploymentId,
    mode: v.picklist(['development', 'production']),
    time: millis,
  }),
);

/** Nothing to ask, nothing to say. */
export const empty = codec('empty', v.strictObject({}));
