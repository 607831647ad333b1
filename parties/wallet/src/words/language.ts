import { en, type Words } from './en.ts';

/** The languages there are, by their own names. */
export const languageNames = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type LanguageCode = keyof typeof languageNames;

/** Words and forms of one language. Numerals are Western everywhere: amounts are compared with what apps and addresses show. */
export interface Language {
  code: LanguageCode;
  direction: 'ltr' | 'rtl';
  words: Words;
  /** An exact decimal text in the language's form, no digit lost; anything else as it stands. */
  number: (text: string) => string;
  /** Of a time in ms. */
  date: (at: number) => string;
  time: (at: number) => string;
  dateTime: (at: number) => string;
}

const catalogues: Record<LanguageCode, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
  ar: async () => (await import('./ar.ts')).ar,
};

/** The wished language, or else the first of the browser's that there is, or else English. */
export function chooseLanguage(wished: string | null, browser: readonly string[]): LanguageCode {
  const codes = [wished ?? '', ...browser].map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return codes.find(isLanguage) ?? 'en';
}

/** Loads a language; English, which is always here, where that fails (an app's page must not stay empty). */
export async function loadLanguage(code: LanguageCode): Promise<Language> {
  try {
    return language(code, await catalogues[code]());
  } catch {
    return english;
  }
}

function language(code: LanguageCode, words: Words): Language {
  const locale = `${code}-u-nu-latn`;
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 100 });
  const forms = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (at: number) => format.format(at);
  };
  return {
    code,
    direction: code === 'ar' ? 'rtl' : 'ltr',
    words,
    number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? numbers.format(text as `${number}`) : text),
    date: forms({ dateStyle: 'long' }),
    time: forms({ timeStyle: 'short' }),
    dateTime: forms({ dateStyle: 'medium', timeStyle: 'short' }),
  };
}

function isLanguage(code: string): code is LanguageCode {
  return Object.hasOwn(languageNames, code);
}

export const english = language('en', en);
