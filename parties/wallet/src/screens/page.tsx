import { type ComponentChildren, render } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Settings } from '../model.ts';
import type { Observable } from '../store.ts';
import { chooseLanguage, type Language, type LanguageCode, loadLanguage } from '../words/language.ts';
import type { ReleaseAlarm } from '../worker/news.ts';
import { SurroundingsContext } from './context.ts';
import { Mark } from './pieces/Icon.tsx';
import { ReleaseNotice } from './ReleaseNotice.tsx';

interface View {
  development: boolean;
  release: ReleaseAlarm | null;
  settings: Settings;
}

/** Shows `screen` of every state of `view` in `root`, in the language and theme of the settings. `reload`: gets the page anew. */
export function show<V extends View>(
  root: HTMLElement,
  view: Observable<V>,
  reload: () => void,
  screen: (view: V) => ComponentChildren,
): void {
  let asked: LanguageCode | null = null;
  let language: Language | null = null;

  const draw = () => {
    const { development, release, settings } = view.state;
    const code = chooseLanguage(settings.language, navigator.languages);
    if (code !== asked) {
      asked = code;
      void loadLanguage(code).then((loaded) => {
        if (asked !== code) return;
        language = loaded;
        draw();
      });
    }
    if (language === null) return;
    dress(document.documentElement, language, settings);
    render(
      <Page language={language} development={development} release={release} onReload={reload}>
        {screen(view.state)}
      </Page>,
      root,
    );
  };
  view.subscribe(draw);
}

function dress(html: HTMLElement, { code, direction }: Language, { theme }: Settings): void {
  html.lang = code;
  html.dir = direction;
  html.dataset['theme'] = theme;
}

interface PageProps {
  language: Language;
  development: boolean;
  release: ReleaseAlarm | null;
  onReload: () => void;
  children: ComponentChildren;
}

function Page({ language, development, release, onReload, children }: PageProps) {
  const [said, setSaid] = useState('');
  // A space more or less makes a screen reader say the same words a second time.
  const say = (text: string) => setSaid((before) => (before === text ? `${text}\u00a0` : text));
  const surroundings = useMemo(() => ({ language, say }), [language]);
  return (
    <SurroundingsContext.Provider value={surroundings}>
      {development && <aside class="development">{language.words.development}</aside>}
      {release !== null && <ReleaseNotice alarm={release} onReload={onReload} />}
      {children}
      <p class="unseen" role="status">
        {said}
      </p>
    </SurroundingsContext.Provider>
  );
}

/** The frame of everything but the account: one card with one thing on it. */
export function Card({ children }: { children: ComponentChildren }) {
  return (
    <div class="stage">
      <header class="brand">
        <Mark />
        <span translate={false}>Symbolon</span>
      </header>
      <main class="card">{children}</main>
    </div>
  );
}
