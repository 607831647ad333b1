import type { MeasurementText } from '@symbolon/attestation';
import type { PartyName } from './parties.ts';

/** What the local system has to tell while it starts and runs. */
export type Progress =
  | { what: 'made'; home: string; deployment: string }
  | { what: 'started'; party: PartyName; url: string; pid: number; ms: number }
  | {
      what: 'admitted';
      measurement: MeasurementText;
      organisations: number;
      of: number;
      first: boolean;
      waitSeconds: number;
    }
  | { what: 'built'; release: string; files: number; ms: number }
  | { what: 'ended'; party: PartyName; code: number | null; signal: string | null; lastLines: string[] };

/** One progress as text, without colour. */
export function tell(progress: Progress): string {
  switch (progress.what) {
    case 'made':
      return `A new deployment, ${progress.deployment}, in ${progress.home}\n`;
    case 'started':
      return `  ${progress.party.padEnd(8)} ${progress.url.padEnd(28)} process ${String(progress.pid).padEnd(8)} ${progress.ms} ms`;
    case 'admitted': {
      const { measurement, organisations, of, first, waitSeconds } = progress;
      const why = first ? "This signer is the deployment's first" : "This signer's source changed";
      const wait = waitSeconds === 0 ? '' : ` It counts in ${waitSeconds} s.`;
      return `  ${why}: admitted its measurement ${measurement.pcr0.slice(0, 16)}... by ${organisations} of ${of} development organisations.${wait}`;
    }
    case 'built':
      return `  The wallet's page: built ${progress.files} files, release ${progress.release.slice(0, 16)}..., in ${progress.ms} ms`;
    case 'ended': {
      const how = progress.signal === null ? `with code ${progress.code}` : `by ${progress.signal}`;
      const lines = progress.lastLines.map((line) => `\n    ${line}`).join('');
      return `The ${progress.party} ended ${how}, unasked. It is not started again. Its last lines:${lines}`;
    }
  }
}
