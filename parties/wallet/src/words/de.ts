import type { Words } from './en.ts';
import { isolated, line, plural } from './line.ts';

export const de: Words = {
  title: (heading) => `${heading} · Symbolon`,
  development: 'Entwicklungsmodus. Nichts hier ist etwas wert.',
  loading: 'Einen Moment …',
  close: 'Schließen',
  cancel: 'Abbrechen',
  tryAgain: 'Noch einmal versuchen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyFailed: 'Ausgewählt: bitte mit der Tastatur kopieren',
  signOut: 'Abmelden',
  opensNewWindow: 'öffnet ein neues Fenster',

  signIn: {
    heading: 'Anmelden',
    headingFor: (app) => line`Anmelden, um mit ${app} weiterzumachen`,
    lead: 'Ein Klick, eine Wallet. Kein Passwort, keine Merkwörter.',
    email: (name) => (name === '' ? 'Weiter mit E-Mail' : `Weiter mit ${name}`),
    provider: (name) => `Weiter mit ${isolated(name)}`,
    busy: 'Es geht in dem Fenster weiter, das sich geöffnet hat.',
    promise: 'Niemand kann Ihre Wallet allein benutzen: nicht die App, nicht der Anbieter, nicht wir.',
  },

  creating: {
    heading: 'Ihre Wallet entsteht',
    lead: 'Ihr Schlüssel wird hier in zwei Hälften geteilt, und jede geht zu einem anderen Verwahrer. Das geschieht nur einmal.',
    progress: (done, of) => `Schritt ${done} von ${of}`,
  },

  newDevice: {
    heading: 'Sie sind neu auf diesem Gerät',
    lead: 'Ihre Wallet ist sicher. Zeigen Sie, dass Sie es sind: mit einem Code per Mail oder mit einem Gerät, das Sie schon benutzen.',
    check: 'Prüfzeichen dieses Geräts',
    checkHint: 'In der Mail und auf Ihrem anderen Gerät steht genau dasselbe. Wenn nicht, hören Sie auf.',
    byMail: 'Per Mail',
    mailLead: 'Wir schicken acht Ziffern an das Postfach Ihrer Wallet.',
    sendCode: 'Code schicken',
    sendAgain: 'Neuen Code schicken',
    code: 'Code aus der Mail',
    codeUntil: (time) => `Gültig bis ${time}. Vergleichen Sie zuerst das Prüfzeichen in der Mail.`,
    codeWrong: 'Dieser Code stimmt nicht. Vergleichen Sie ihn mit der neuesten Mail.',
    confirm: 'Bestätigen',
    checking: 'Der Code wird geprüft …',
    byDevice: 'Mit einem anderen Gerät',
    deviceLead:
      'Öffnen Sie dort Ihre Wallet, gehen Sie zu „Geräte“ und fügen Sie diesen Text ein oder scannen Sie ihn.',
    requestText: 'Anfrage dieses Geräts',
    copyRequest: 'Anfrage kopieren',
    qr: 'QR-Code der Anfrage',
    lookAgain: 'Ich habe dort zugestimmt',
  },

  embed: {
    continueHeading: (app) => line`Ihre Wallet auf ${app} benutzen`,
    continueLead: 'Einmal öffnet sich ein Fenster und fragt Sie. Danach stimmen Sie gleich hier zu.',
    continueButton: 'Weiter',
    heading: (app) => line`Darf ${app} Ihre Wallet zeigen?`,
    lead: 'Die Seite bekommt einen eigenen Schlüssel, der nur für sie gilt. Sie stimmen jeder Anfrage zu und können ihr den Schlüssel jederzeit wieder nehmen.',
    allow: 'Erlauben',
  },

  ask: {
    from: 'Anfrage von',
    notRegistered: 'Dieser Wallet nicht bekannt',
    insecure: 'Nicht verschlüsselt',
    unusualLetters: 'Dieser Name enthält Buchstaben anderer Alphabete; hier steht er als Code.',
    approve: 'Zustimmen',
    sign: 'Unterschreiben',
    reject: 'Ablehnen',
    busy: 'Wird ausgeführt …',
    acknowledgeFirst: 'Bestätigen Sie zuerst die Warnung.',
    acknowledge: 'Ich verstehe das und will es',
    openWindow: 'In einem Fenster öffnen',
    notVisible: 'Vielleicht verdeckt etwas diesen Kasten. Darum stimmen Sie in einem eigenen Fenster zu.',
    account: 'Ihr Konto',
    network: 'Netzwerk',
    changes: 'Was sich für Sie ändert',
    out: 'Sie zahlen',
    in: 'Sie erhalten',
    noChanges: 'Im Augenblick geht nichts weg, und nichts kommt.',
    noEstimate: 'Das Netzwerk konnte nicht sagen, was sich ändern würde.',
    fee: 'Gebühr, höchstens',
    details: 'Einzelheiten',
    raw: 'Rohdaten',
    message: 'Nachricht',
    content: 'Inhalt',
    step: (number, of) => `${number} von ${of}`,
  },

  fields: {
    Contract: 'Vertrag',
    To: 'An',
    Value: 'Betrag',
    Nonce: 'Nonce',
    'Gas limit': 'Gas-Grenze',
    'Gas price': 'Gas-Preis',
    'Max fee per gas': 'Gebühr je Gas, höchstens',
    'Max priority fee per gas': 'Trinkgeld je Gas, höchstens',
    Data: 'Daten',
    Statement: 'Aussage',
    'Chain ID': 'Netzwerk-Nummer',
    'Issued At': 'Ausgestellt am',
    'Expiration Time': 'Gültig bis',
    'Not Before': 'Gültig ab',
    Resource: 'Ressource',
  },

  connect: {
    heading: (app) => line`Mit ${app} verbinden?`,
    headingSignIn: (app) => line`Mit ${app} verbinden und dort anmelden?`,
    may: 'Die App darf',
    mayNot: 'Die App darf nicht',
    seeAddress: 'Ihre Adresse, Ihr Guthaben und den Verlauf sehen',
    ask: 'Sie um Zustimmung bitten',
    notMove: 'ohne Sie etwas bewegen oder unterschreiben',
    connect: 'Verbinden',
    newAddress: 'Ihre Adresse entsteht, wenn Sie verbinden.',
    networks: (count) => plural('de', count, { one: 'Netzwerk', other: 'Netzwerke' }),
    signInMessage: 'Zugleich melden Sie sich mit dieser Nachricht an',
  },

  switchChain: {
    heading: (name) => line`Zu ${name} wechseln?`,
    lead: (app) => line`${app} arbeitet dann in einem anderen Netzwerk. Ihre Adresse bleibt gleich.`,
    from: 'Jetzt',
    to: 'Dann',
    button: 'Wechseln',
  },

  watchAsset: {
    heading: (symbol) => line`${symbol} in Ihre Wallet aufnehmen?`,
    lead: 'Jeder kann einen Token mit jedem Namen machen. Vergleichen Sie die Adresse mit einer Quelle, der Sie trauen.',
    token: 'Token',
    contract: 'Vertrag',
    decimals: 'Nachkommastellen',
    button: 'Aufnehmen',
  },

  calls: {
    heading: 'Wo Ihre Aufträge stehen',
    none: 'Es wurde nichts gesendet.',
    pending: 'Unterwegs',
    done: 'Erledigt',
    failed: 'Gescheitert',
  },

  done: {
    approved: 'Zugestimmt',
    rejected: 'Abgelehnt',
    connected: 'Verbunden',
    lead: 'Sie können dieses Fenster schließen.',
    leadRejected: 'Es wurde nichts unterschrieben. Sie können dieses Fenster schließen.',
    signedIn: 'Sie sind angemeldet',
    idle: 'Nichts zu entscheiden',
    idleLead: 'Anfragen dieser App erscheinen hier.',
  },

  sentence: {
    send: (amount, to) => line`${amount} an ${to} senden`,
    tokenAllow: (amount, spender) => line`${spender} bis zu ${amount} ausgeben lassen`,
    tokenAllowAll: (token, spender) => line`${spender} alle Ihre ${token} ausgeben lassen`,
    tokenDisallow: (token, spender) => line`${spender} keine ${token} mehr ausgeben lassen`,
    permit: (amount, spender) => line`${spender} ermächtigen, bis zu ${amount} auszugeben`,
    permitAll: (token, spender) => line`${spender} ermächtigen, alle Ihre ${token} auszugeben`,
    until: (line_, time) => line`${line_}, bis ${time}`,
    allowAll: (collection, operator) => line`${operator} alles bewegen lassen, was Ihnen in ${collection} gehört`,
    disallowAll: (collection, operator) =>
      line`${operator} nichts mehr bewegen lassen, was Ihnen in ${collection} gehört`,
    createContract: () => line`Einen neuen Vertrag anlegen`,
    described: (intent, owner) => line`${intent}, bei ${owner}`,
    unknownCall: (to) => line`Etwas aufrufen, das diese Wallet nicht lesen kann, bei ${to}`,
    message: () => line`Eine Nachricht unterschreiben`,
    unreadableMessage: () => line`Unlesbare Daten unterschreiben`,
    signIn: (domain) => line`Bei ${domain} anmelden`,
    typedData: (type) => line`„${type}“ unterschreiben`,
    typedDataFor: (type, domain) => line`„${type}“ für ${domain} unterschreiben`,
    calls: (count) => [plural('de', count, { one: 'Eine Sache tun', other: `${count} Dinge nacheinander tun` })],
  },

  danger: {
    label: 'Gefahr',
    unlimitedAllowance: (spender) =>
      line`Es gibt keine Grenze. ${spender} könnte diesen Token ganz nehmen, jetzt oder in Jahren, ohne noch einmal zu fragen.`,
    permit: (spender) =>
      line`Das ist keine Anmeldung. Allein mit dieser Unterschrift kann ${spender} Ihre Token nehmen, und Sie werden nicht noch einmal gefragt.`,
    allowAll: (operator) =>
      line`${operator} könnte jedes Stück dieser Sammlung nehmen, auch spätere, ohne noch einmal zu fragen.`,
    signInDomain: (said, asking) =>
      line`In der Nachricht steht ${said}, aber es fragt ${asking}. Vielleicht will sich jemand als Sie anmelden.`,
    signInAddress: (said) =>
      line`Die Nachricht ist für ein anderes Konto. Diese Unterschrift würde Sie nicht anmelden. Darin steht ${said}`,
    willFail: 'Das Netzwerk erwartet, dass dies scheitert. Die Gebühr würden Sie trotzdem zahlen.',
    willFailBecause: (reason) =>
      line`Das Netzwerk erwartet, dass dies scheitert: „${reason}“. Die Gebühr würden Sie trotzdem zahlen.`,
  },

  caution: {
    label: 'Hinweis',
    'unknown-call':
      'Zu diesem Aufruf gibt es keine Beschreibung. Stimmen Sie nur zu, wenn Sie der App alles anvertrauen würden, was Sie haben.',
    'create-contract': 'Damit kommt ein neues Programm ins Netzwerk. Das brauchen nur wenige Apps.',
    'not-decoded': 'Teile davon lassen sich nicht lesen. Sie stehen in den Rohdaten.',
    'not-registered': 'Diese App ist bei Ihrer Wallet nicht eingetragen. Sehen Sie sich oben ihre Adresse genau an.',
    'not-simulated': 'Das Netzwerk konnte nicht sagen, was sich für Sie ändern würde.',
    'address-like-yours':
      'Der Empfänger sieht aus wie eine Adresse, die Sie benutzen, ist aber eine andere. Vergleichen Sie jedes Zeichen.',
    'new-recipient': 'An diese Adresse haben Sie noch nie etwas gesendet.',
    'other-owner': 'Damit bewegen Sie Token von jemand anderem, der Ihnen das erlaubt hat.',
    'sign-in-malformed':
      'Das liest sich wie eine Anmeldung, ist nach dem Standard aber keine. Ob sie für diese App gedacht ist, lässt sich nicht prüfen.',
    'sign-in-expired': 'Diese Anmeldung ist schon abgelaufen.',
    'other-chain': 'Das ist für ein anderes Netzwerk als das der App.',
  },

  problem: {
    heading: 'Das hat nicht geklappt',
    code: 'Code für den Support',
    parties: {
      issuer: 'Der Anmeldedienst',
      kms: 'Der Schlüsselverwahrer',
      cloud: 'Der Wallet-Dienst',
      signer: 'Der Unterschriftsdienst',
      chain: 'Das Netzwerk',
      app: 'Die App',
    },
    someone: 'Ein Dienst',
    unreachable: (party) => `${party} antwortet nicht. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.`,
    refused: (party) => `${party} hat abgelehnt.`,
    distrust: 'Was die Dienste sagen, passt nicht zusammen. Unterschreiben Sie nichts und sagen Sie es dem Betreiber.',
    signInAgain: 'Ihre Anmeldung ist abgelaufen. Melden Sie sich neu an.',
    signInFailed: 'Die Anmeldung hat nicht geklappt. Beginnen Sie sie neu.',
    notEnrolled: 'Dieses Gerät gehört nicht zu Ihrer Wallet.',
    deviceKnown: 'Dieses Gerät gehört schon zu Ihrer Wallet.',
    deviceRevoked: 'Dieses Gerät wurde aus Ihrer Wallet entfernt. Es kann nur als neues zurückkommen.',
    requestText: 'Das ist keine ganze Anfrage. Kopieren Sie den vollständigen Text vom neuen Gerät.',
    walletExists: 'Sie haben schon eine Wallet. Öffnen Sie sie noch einmal.',
    intent: 'So, wie die App es verlangt, lässt sich das nicht unterschreiben.',
    busy: 'Der Unterschriftsdienst war beschäftigt oder ist eben neu gestartet. Versuchen Sie es noch einmal.',
    storage: 'Was dieser Browser gespeichert hat, lässt sich nicht lesen. Melden Sie sich ab und wieder an.',
    transactionRefused: 'Das Netzwerk hat die Transaktion nicht angenommen.',
    transactionSlow:
      'Die Transaktion ist gesendet, aber noch nicht bestätigt. Senden Sie sie nicht noch einmal; sehen Sie später unter „Verlauf“ nach.',
    origin:
      'Diese Seite wurde so geöffnet, dass nicht sicher ist, welche App fragt. Gehen Sie zur App zurück und versuchen Sie es noch einmal.',
    expired: 'Die Anfrage der App ist zu alt. Gehen Sie zurück und beginnen Sie neu.',
    pageIncomplete: 'Diese Seite ließ sich nicht vollständig laden. Laden Sie sie neu.',
    tooMany: 'Die App will zu viel auf einmal. Gehen Sie zurück und versuchen Sie es später.',
    general: 'Hier ist etwas schiefgegangen.',
  },

  release: {
    'release-refused':
      'Der Server bietet eine Fassung dieser Seite an, für die niemand bürgt. Sie wurde abgewiesen; Sie haben noch die alte.',
    'worker-changed':
      'Diese Seite soll durch eine ersetzt werden, für die niemand bürgt. Schließen Sie alle ihre Fenster und kommen Sie erst wieder, wenn der Betreiber das erklärt hat.',
    'release-withdrawn':
      'Die für diese Fassung der Wallet bürgten, haben sie zurückgezogen. Mit ihr lässt sich nichts mehr zulassen. Laden Sie die Seite neu, um eine neuere zu bekommen.',
    reload: 'Neu laden',
  },

  account: {
    sections: 'Bereiche',
    home: 'Start',
    activity: 'Verlauf',
    apps: 'Apps',
    devices: 'Geräte',
    settings: 'Optionen',
    refresh: 'Aktualisieren',
    alarm: 'Unterschreiben Sie vorerst nichts',
    alarmLead:
      'Die Aufzeichnungen zu Ihrer Wallet passen nicht zusammen. Sagen Sie es dem Betreiber und nennen Sie diesen Code:',
    dismiss: 'Verstanden',
    noticeMade: (how, date) =>
      `Diese Wallet wurde am ${date} ${how === 'created' ? 'angelegt' : 'importiert'}. Wenn Sie das nicht waren, benutzen Sie sie nicht.`,
    noticeAdded: (name) => `„${isolated(name)}“ kann jetzt Ihre Wallet benutzen.`,
    noticeRevoked: 'Das Gerät wurde entfernt. Es kann nicht mehr unterschreiben.',
  },

  home: {
    heading: 'Ihre Wallet',
    address: 'Ihre Adresse',
    addressLead: 'Dieselbe in jeder App und in jedem Netzwerk.',
    showQr: 'QR-Code zeigen',
    hideQr: 'QR-Code verbergen',
    qr: 'QR-Code Ihrer Adresse',
    balances: 'Guthaben',
    unknownBalance: 'nicht erreichbar',
    noNetworks: 'Es ist kein Netzwerk eingerichtet.',
    made: (how, date) => (how === 'created' ? `Angelegt am ${date}` : `Importiert am ${date}`),
  },

  activity: {
    heading: 'Verlauf',
    empty: 'Noch nichts. Hier steht, was Sie zulassen oder ablehnen; nur auf diesem Gerät.',
    signed: 'Unterschrieben',
    sent: 'Gesendet',
    rejected: 'Abgelehnt',
    failed: 'Gescheitert',
    explorer: 'Im Netzwerk ansehen',
  },

  apps: {
    heading: 'Verbundene Apps',
    empty: 'Es ist keine App verbunden.',
    since: (date) => `Verbunden am ${date}`,
    permissions: {
      eth_accounts: 'sieht Ihre Adresse und bittet Sie um Zustimmung',
    },
    embedded: 'zeigt Ihre Wallet auf ihrer Seite, mit eigenem Schlüssel',
    disconnect: 'Trennen',
    disconnectNamed: (name) => `${isolated(name)} trennen`,
    confirm: (name) => line`${name} trennen?`,
    confirmLead:
      'Die App sieht Ihre Adresse nicht mehr und kann um nichts mehr bitten. Was im Netzwerk schon erlaubt wurde, bleibt.',
  },

  devices: {
    heading: 'Geräte',
    lead: 'Jedes davon kann Ihre Wallet benutzen.',
    current: 'Dieses Gerät',
    added: (date) => `Hinzugefügt am ${date}`,
    onlyFor: 'Nur innerhalb von',
    remove: 'Entfernen',
    removeNamed: (name) => `${isolated(name)} entfernen`,
    confirm: (name) => line`${name} entfernen?`,
    confirmLead:
      'Es kann nicht mehr unterschreiben, und sein Schlüssel kommt nie zurück. Als neues Gerät kann es wieder dazukommen.',
    confirmCurrent: 'Das ist das Gerät, das Sie gerade benutzen. Ihre Wallet wird hier abgemeldet.',
    addHeading: 'Ein Gerät hereinlassen',
    addLead: 'Melden Sie sich auf dem neuen Gerät an, kopieren Sie die Anfrage von dort und fügen Sie sie hier ein.',
    request: 'Anfrage des neuen Geräts',
    read: 'Weiter',
    compare: 'Ist das Ihr Gerät?',
    compareLead: 'Sehen Sie auf das neue Gerät. Dort muss genau dieses Prüfzeichen stehen:',
    name: 'Name dafür',
    nameHint: 'Zum Beispiel „Laptop im Büro“',
    defaultName: 'Neues Gerät',
    allow: 'Es ist dasselbe: hereinlassen',
    notMine: 'Es ist nicht dasselbe',
  },

  settings: {
    heading: 'Optionen',
    language: 'Sprache',
    browserLanguage: 'Wie im Browser',
    theme: 'Aussehen',
    system: 'Wie am Gerät',
    light: 'Hell',
    dark: 'Dunkel',
    apps: 'Für Apps',
    signTransactions: 'Apps dürfen um Transaktionen bitten, die unterschrieben, aber nicht gesendet werden',
    signTransactionsHint: 'Wer eine solche Transaktion hat, kann sie jederzeit senden. Nur wenige Apps brauchen das.',
    signedInAs: 'Angemeldet als',
    signOutHint: 'Ihre Wallet bleibt. Dieser Browser bleibt eines ihrer Geräte.',
  },
};
