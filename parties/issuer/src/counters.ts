import type { Counter, Metrics } from '@symbolon/service';

/** What this party counts: never by account, mailbox or network. */
export interface IssuerCounters {
  requests: Counter;
  codesSent: Counter;
  signIns: Counter;
  refusals: Counter;
}

export function createCounters(metrics: Metrics): IssuerCounters {
  return {
    requests: metrics.counter('requests_total', 'Answers by status.', ['status']),
    codesSent: metrics.counter('codes_sent_total', 'Code mails accepted by the relay.'),
    signIns: metrics.counter('sign_ins_total', 'Mailboxes proven by a code.'),
    refusals: metrics.counter('refusals_total', 'Refused sign-in steps by code.', ['code']),
  };
}
