import type { Attack, Haul } from '../attack.ts';
import type { Party } from '../cells.ts';
import { joinShares, searchEverything } from './disks.ts';
import { enrolDevice } from './enrol.ts';
import { bendShares, spoilSealed } from './meddle.ts';
import { poseAsSigner, sealToOwnSigner } from './ownSigner.ts';
import { askWithoutApproval, changePageOfFirst, changePageOfPinned } from './page.ts';
import { bringAgain, putOwnUnderTheirs } from './replay.ts';
import { signOwnMessage } from './sign.ts';
import { turnShares } from './turn.ts';

/** One thing to try. */
export interface Strategy {
  name: string;
  /** Only one of these can begin it. Left out: anybody. */
  by?: readonly Party[];
  /** It takes place while the person signs something of their own. */
  personSigns?: true;
  run(attack: Attack): Promise<Haul>;
}

/** In this order: those that change a wallet when they succeed come late. */
export const strategies: readonly Strategy[] = [
  { name: 'serve a changed page to who has a pinned one', by: ['web host'], run: changePageOfPinned },
  { name: 'serve a changed page to a first visitor', by: ['web host'], run: changePageOfFirst },
  { name: 'ask the person’s wallet, who agrees to nothing', by: ['dApp'], run: askWithoutApproval },
  { name: 'join every two shares', run: joinShares },
  { name: 'search every file and message', run: searchEverything },
  { name: 'bring again what passed by', run: bringAgain },
  { name: 'put an own request under tokens and proofs that passed by', run: putOwnUnderTheirs },
  { name: 'have the shares sealed to an own signer', run: sealToOwnSigner },
  { name: 'order a rotation', run: turnShares },
  { name: 'have an own message signed', run: signOwnMessage },
  { name: 'enrol an own device', run: enrolDevice },
  { name: 'answer in the signer’s place', by: ['signer host'], personSigns: true, run: poseAsSigner },
  { name: 'spoil what is sealed', by: ['signer host'], personSigns: true, run: spoilSealed },
  { name: 'give bent shares', by: ['kms', 'cloud'], personSigns: true, run: bendShares },
];
