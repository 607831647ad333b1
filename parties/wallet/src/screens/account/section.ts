import { useEffect, useState } from 'preact/hooks';

export const sections = ['home', 'activity', 'apps', 'devices', 'settings'] as const;
export type Section = (typeof sections)[number];

/** The section that the address's fragment names; the browser's back button works. */
export function useSection(): Section {
  const [section, setSection] = useState(sectionOf);
  useEffect(() => {
    const changed = () => setSection(sectionOf());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return section;
}

function sectionOf(): Section {
  return sections.find((one) => location.hash === `#${one}`) ?? 'home';
}
