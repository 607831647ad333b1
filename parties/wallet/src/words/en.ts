import type { Fidelity } from '@symbolon/client';
import { isolated, line, type Piece, plural } from './line.ts';

/** English, and by its type what every language has to say. */
export const en = {
  title: (heading: string) => `${heading} · Symbolon`,
  development: 'Development mode. Nothing here is of value.',
  loading: 'One moment…',
  close: 'Close',
  cancel: 'Cancel',
  tryAgain: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Selected: copy it with your keyboard',
  signOut: 'Sign out',
  opensNewWindow: 'opens a new window',

  signIn: {
    heading: 'Sign in',
    headingFor: (app: Piece) => line`Sign in to go on to ${app}`,
    lead: 'One click, one wallet. No password, no seed phrase.',
    email: (name: string) => (name === '' ? 'Continue with e-mail' : `Continue with ${name}`),
    provider: (name: string) => `Continue with ${isolated(name)}`,
    busy: 'Go on in the window that opened.',
    promise: 'Nobody can use your wallet alone: not the app, not the provider, not us.',
  },

  creating: {
    heading: 'Making your wallet',
    lead: 'Its key is cut in two here and each half goes to a different keeper. This happens once.',
    progress: (done: number, of: number) => `Step ${done} of ${of}`,
  },

  newDevice: {
    heading: 'You are new on this device',
    lead: 'Your wallet is safe. Show that it is you: with a code by mail, or with a device that you use already.',
    check: 'Check of this device',
    checkHint: 'The mail, and your other device, show exactly this. If they do not, stop.',
    byMail: 'By mail',
    mailLead: 'We send eight digits to the mailbox of your wallet.',
    sendCode: 'Send the code',
    sendAgain: 'Send another code',
    code: 'Code from the mail',
    codeUntil: (time: string) => `Good until ${time}. Compare the check in the mail first.`,
    codeWrong: 'That code is not right. Compare it with the newest mail.',
    confirm: 'Confirm',
    checking: 'Checking the code…',
    byDevice: 'With another device',
    deviceLead: 'Open your wallet there, go to Devices, and paste or scan this text.',
    requestText: 'Request of this device',
    copyRequest: 'Copy the request',
    qr: 'QR code of the request',
    lookAgain: 'I have approved it there',
  },

  embed: {
    continueHeading: (app: Piece) => line`Use your wallet on ${app}`,
    continueLead: 'A window opens once and asks you. After that you approve right here.',
    continueButton: 'Continue',
    heading: (app: Piece) => line`Let ${app} show your wallet?`,
    lead: 'Its page gets a key of its own, good for this site only. You approve every request, and you can take the key back at any time.',
    allow: 'Allow',
  },

  ask: {
    from: 'Request from',
    notRegistered: 'Not known to this wallet',
    insecure: 'Not encrypted',
    unusualLetters: 'This name has letters of other alphabets, shown here in code.',
    approve: 'Approve',
    sign: 'Sign',
    reject: 'Reject',
    busy: 'Working…',
    acknowledgeFirst: 'Tick the warning first.',
    acknowledge: 'I understand and want this',
    openWindow: 'Open in a window',
    notVisible: 'Something may be covering this box, so you approve in a window of its own.',
    account: 'Your account',
    network: 'Network',
    changes: 'What changes for you',
    out: 'You pay',
    in: 'You get',
    noChanges: 'Right now nothing leaves and nothing comes.',
    noEstimate: 'The network could not say what would change.',
    fee: 'Fee, at most',
    details: 'Details',
    raw: 'Raw data',
    message: 'Message',
    content: 'Content',
    step: (number: number, of: number) => `${number} of ${of}`,
  },

  /** Names of fields that the wallet itself puts there; an app's own field names are shown as they are. */
  fields: {
    Contract: 'Contract',
    To: 'To',
    Value: 'Value',
    Nonce: 'Nonce',
    'Gas limit': 'Gas limit',
    'Gas price': 'Gas price',
    'Max fee per gas': 'Max fee per gas',
    'Max priority fee per gas': 'Max priority fee per gas',
    Data: 'Data',
    Statement: 'Statement',
    'Chain ID': 'Chain ID',
    'Issued At': 'Issued at',
    'Expiration Time': 'Expires at',
    'Not Before': 'Not before',
    Resource: 'Resource',
  } as Record<string, string>,

  connect: {
    heading: (app: Piece) => line`Connect to ${app}?`,
    headingSignIn: (app: Piece) => line`Connect and sign in to ${app}?`,
    may: 'It may',
    mayNot: 'It may not',
    seeAddress: 'see your address, balances and history',
    ask: 'ask you to approve things',
    notMove: 'move or sign anything without you',
    connect: 'Connect',
    newAddress: 'Your address is made when you connect.',
    networks: (count: number) => plural('en', count, { one: 'Network', other: 'Networks' }),
    signInMessage: 'You also sign in with this message',
  },

  switchChain: {
    heading: (name: Piece) => line`Switch to ${name}?`,
    lead: (app: Piece) => line`${app} will work on another network. Your address stays the same.`,
    from: 'Now',
    to: 'Then',
    button: 'Switch',
  },

  watchAsset: {
    heading: (symbol: Piece) => line`Add ${symbol} to your wallet?`,
    lead: 'Anyone can make a token with any name. Compare its address with a source you trust.',
    token: 'Token',
    contract: 'Contract',
    decimals: 'Decimal places',
    button: 'Add',
  },

  calls: {
    heading: 'Where your requests stand',
    none: 'Nothing was sent.',
    pending: 'On its way',
    done: 'Done',
    failed: 'Failed',
  },

  done: {
    approved: 'Approved',
    rejected: 'Rejected',
    connected: 'Connected',
    lead: 'You can close this window.',
    leadRejected: 'Nothing was signed. You can close this window.',
    signedIn: 'You are signed in',
    idle: 'Nothing to approve',
    idleLead: 'Requests of this app appear here.',
  },

  sentence: {
    send: (amount: Piece, to: Piece) => line`Send ${amount} to ${to}`,
    tokenAllow: (amount: Piece, spender: Piece) => line`Let ${spender} spend up to ${amount}`,
    tokenAllowAll: (token: Piece, spender: Piece) => line`Let ${spender} spend all your ${token}`,
    tokenDisallow: (token: Piece, spender: Piece) => line`Stop ${spender} from spending your ${token}`,
    itemAllow: (item: Piece, spender: Piece) => line`Let ${spender} take ${item}`,
    itemDisallow: (item: Piece) => line`Let nobody else take ${item}`,
    permit: (amount: Piece, spender: Piece) => line`Permit ${spender} to spend up to ${amount}`,
    permitAll: (token: Piece, spender: Piece) => line`Permit ${spender} to spend all your ${token}`,
    until: (line_: Piece, time: string) => line`${line_}, until ${time}`,
    allowAll: (collection: Piece, operator: Piece) => line`Let ${operator} move everything you own in ${collection}`,
    disallowAll: (collection: Piece, operator: Piece) =>
      line`Stop ${operator} from moving what you own in ${collection}`,
    createContract: () => line`Create a new contract`,
    described: (intent: Piece, owner: Piece) => line`${intent}, with ${owner}`,
    unknownCall: (to: Piece) => line`Make a call that this wallet cannot read, to ${to}`,
    message: () => line`Sign a message`,
    unreadableMessage: () => line`Sign data that is not readable`,
    signIn: (domain: Piece) => line`Sign in to ${domain}`,
    typedData: (type: Piece) => line`Sign “${type}”`,
    typedDataFor: (type: Piece, domain: Piece) => line`Sign “${type}” for ${domain}`,
    calls: (count: number) => [plural('en', count, { one: 'Do one thing', other: `Do ${count} things in a row` })],
  },

  danger: {
    label: 'Danger',
    unlimitedAllowance: (spender: Piece) =>
      line`There is no limit. ${spender} could take all of this token, now or in years, without asking again.`,
    permit: (spender: Piece) =>
      line`This is not a sign-in. With this signature alone ${spender} can take your tokens, and you will see no further request.`,
    allowAll: (operator: Piece) =>
      line`${operator} could take every item of this collection, also those you get later, without asking again.`,
    signInDomain: (said: Piece, asking: Piece) =>
      line`The message says ${said}, but ${asking} is asking. Someone may be trying to sign in as you.`,
    signInAddress: (said: Piece) =>
      line`The message is for another account. Signing it would not sign you in. It names ${said}`,
    willFail: 'The network expects this to fail. You would pay the fee all the same.',
    willFailBecause: (reason: Piece) =>
      line`The network expects this to fail: “${reason}”. You would pay the fee all the same.`,
  },

  caution: {
    label: 'Note',
    'unknown-call':
      'No description of this call is known. Approve it only if you trust the app with everything you own.',
    'create-contract': 'This puts a new program on the network. Few apps need that.',
    'not-decoded': 'Parts of this cannot be read. They are in the raw data.',
    'not-registered': 'This app is not registered with your wallet. Look closely at its address above.',
    'not-simulated': 'The network could not say what would change for you.',
    'address-like-yours': 'The recipient looks like an address you use, but is another one. Compare every character.',
    'new-recipient': 'You have not sent anything to this address before.',
    'other-owner': 'This moves tokens of somebody else, who has allowed you to.',
    'sign-in-malformed':
      'This reads like a sign-in, but is not one by the standard. Whether it is meant for this app cannot be checked.',
    'sign-in-expired': 'This sign-in has run out already.',
    'other-chain': 'This is for another network than the one the app is on.',
  },

  problem: {
    heading: 'That did not work',
    code: 'Code for support',
    parties: {
      issuer: 'The sign-in service',
      kms: 'The key keeper',
      cloud: 'The wallet service',
      signer: 'The signing service',
      chain: 'The network',
      app: 'The app',
    },
    someone: 'A service',
    unreachable: (party: string) => `${party} does not answer. Check your connection and try again.`,
    refused: (party: string) => `${party} refused.`,
    distrust: 'What the services say does not fit together. Do not sign anything, and tell the operator.',
    signInAgain: 'Your sign-in has ended. Sign in again.',
    signInFailed: 'The sign-in did not work. Start it again.',
    notEnrolled: 'This device is not part of your wallet.',
    deviceKnown: 'That device is part of your wallet already.',
    deviceRevoked: 'This device was removed from your wallet. It can come back only as a new one.',
    requestText: 'That is not a whole request. Copy all of the text that the new device shows.',
    walletExists: 'You have a wallet already. Open it again.',
    intent: 'This cannot be signed as the app asked for it.',
    busy: 'The signing service was busy or has just started anew. Try again.',
    storage: 'What this browser stored cannot be read. Sign out and in again.',
    transactionRefused: 'The network did not take the transaction.',
    transactionSlow:
      'The transaction is sent but not confirmed yet. Do not send it again; look at your activity later.',
    origin:
      'This page was opened in a way that does not say safely which app is asking. Go back to the app and try again.',
    expired: 'The app’s request is too old. Go back and start it again.',
    pageIncomplete: 'This page could not be loaded in full. Load it again.',
    tooMany: 'The app asks for too much at once. Go back and try again later.',
    general: 'Something went wrong here.',
  },

  /** What is wrong with the page itself. */
  release: {
    'release-refused':
      'The server offers a version of this page that nobody vouches for. It was refused; you still have the old one.',
    'worker-changed':
      'This page is about to be replaced by one that nobody vouches for. Close all of its windows, and stay away until its operator explains this.',
    'release-withdrawn':
      'Those who vouch for this version of the wallet have withdrawn it. Nothing can be approved with it. Load the page again for a newer one.',
    reload: 'Load again',
  },

  account: {
    sections: 'Sections',
    home: 'Home',
    activity: 'Activity',
    apps: 'Apps',
    devices: 'Devices',
    settings: 'Settings',
    refresh: 'Refresh',
    alarm: 'Do not sign anything for now',
    alarmLead: 'The records of your wallet do not fit together. Tell the operator, and give this code:',
    dismiss: 'Got it',
    noticeMade: (how: 'created' | 'imported', date: string) =>
      `This wallet was ${how} on ${date}. If that was not you, do not use it.`,
    noticeAdded: (name: string) => `“${isolated(name)}” can now use your wallet.`,
    noticeRevoked: 'The device was removed. It can no longer sign.',
  },

  home: {
    heading: 'Your wallet',
    address: 'Your address',
    addressLead: 'The same in every app and on every network.',
    showQr: 'Show QR code',
    hideQr: 'Hide QR code',
    qr: 'QR code of your address',
    balances: 'Balances',
    unknownBalance: 'not reachable',
    noNetworks: 'No network is set up.',
    made: (how: 'created' | 'imported', date: string) =>
      how === 'created' ? `Made on ${date}` : `Imported on ${date}`,
    signer: {
      'Nitro hardware': 'Signed in an enclave on AWS Nitro hardware.',
      'emulated enclave': 'Signed in an emulated enclave: for development only.',
      'plain process': 'Signed in a plain process: for development only.',
      'other root': 'Signed in an enclave under another root.',
      'verification only': 'Signed in an enclave of another kind.',
    } satisfies Record<Fidelity, string>,
  },

  activity: {
    heading: 'Activity',
    empty: 'Nothing yet. What you approve or reject is listed here, on this device only.',
    signed: 'Signed',
    sent: 'Sent',
    rejected: 'Rejected',
    failed: 'Failed',
    explorer: 'View on the network',
  },

  apps: {
    heading: 'Connected apps',
    empty: 'No app is connected.',
    since: (date: string) => `Connected on ${date}`,
    permissions: {
      eth_accounts: 'sees your address and asks you to approve',
    } as Record<string, string>,
    embedded: 'shows your wallet in its page, with a key of its own',
    disconnect: 'Disconnect',
    disconnectNamed: (name: string) => `Disconnect ${isolated(name)}`,
    confirm: (name: Piece) => line`Disconnect ${name}?`,
    confirmLead:
      'It no longer sees your address and can ask for nothing. What was already approved on the network stays.',
  },

  devices: {
    heading: 'Devices',
    lead: 'Each of these can use your wallet.',
    current: 'This device',
    added: (date: string) => `Added on ${date}`,
    onlyFor: 'Only inside',
    remove: 'Remove',
    removeNamed: (name: string) => `Remove ${isolated(name)}`,
    confirm: (name: Piece) => line`Remove ${name}?`,
    confirmLead: 'It can no longer sign, and its key never comes back. It can join again as a new device.',
    confirmCurrent: 'This is the device you are using. You will be signed out of your wallet here.',
    addHeading: 'Let a device in',
    addLead: 'Sign in on the new device, copy the request that it shows, and paste it here.',
    request: 'Request of the new device',
    read: 'Continue',
    compare: 'Is this your device?',
    compareLead: 'Look at the new device. It must show exactly this check:',
    name: 'Name for it',
    nameHint: 'For example “Work laptop”',
    defaultName: 'New device',
    allow: 'It is the same: let it in',
    notMine: 'It is not',
  },

  settings: {
    heading: 'Settings',
    language: 'Language',
    browserLanguage: 'As in the browser',
    theme: 'Appearance',
    system: 'As on the device',
    light: 'Light',
    dark: 'Dark',
    apps: 'For apps',
    signTransactions: 'Let apps ask for transactions that are signed but not sent',
    signTransactionsHint: 'Whoever holds such a transaction can send it whenever they like. Few apps need this.',
    signedInAs: 'Signed in as',
    signOutHint: 'Your wallet stays. This browser stays one of its devices.',
  },
};

export type Words = typeof en;
