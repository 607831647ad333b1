import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { english, type Language } from '../words/language.ts';

/** What every screen is given without asking: its language, and how to say something to a screen reader. */
export interface Surroundings {
  language: Language;
  /** Says `text` politely, once. */
  say: (text: string) => void;
}

export const SurroundingsContext = createContext<Surroundings>({ language: english, say: () => {} });

export function useLanguage(): Language {
  return useContext(SurroundingsContext).language;
}

export function useSay(): Surroundings['say'] {
  return useContext(SurroundingsContext).say;
}

/** Calls `leave` on Escape, unless an open dialog of the page takes the key for itself. */
export function useEscape(leave: (() => void) | null): void {
  useEffect(() => {
    if (leave === null) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.repeat || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]') === null) leave();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [leave]);
}

/**
 * False for the first half second. An app chooses when a question appears, so it could make a person click twice just where its
 * question will stand; such a click is not an answer.
 */
export function useSettled(): boolean {
  const [settled, settle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => settle(true), 500);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}
