const paths = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1z',
  activity: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.5V12l3 2',
  apps: 'M5 5h5.5v5.5H5zM13.5 5H19v5.5h-5.5zM5 13.5h5.5V19H5zM13.5 13.5H19V19h-5.5z',
  devices: 'M4 6h12v9H4zM2.5 18H13M16.5 10H21v9h-4.5z',
  settings:
    'M4 7h9M17.5 7H20M4 17h3M11.5 17H20M15.25 9.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5M9.25 19.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'm5 12.5 4.5 4.500L19 7.5',
  cross: 'm6.5 6.5 11 11M17.5 6.500l-11 11',
  danger: 'M12 4 2.8 19.500h18.400zM12 10v4.5M12 17.200v.1',
  note: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 7.800v.1',
  mail: 'M3.5 6h17v12h-17zM4 6.500l8 6.5 8-6.5',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20c.7-3.6 3.7-5.5 7.5-5.500s6.8 1.9 7.5 5.5',
  out: 'M12 19V5M6 11l6-6 6 6',
  in: 'M12 5v14M6 13l6 6 6-6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.500V12l3 2',
  away: 'M14 5h5v5M19 5l-8 8M17 14v5H5V7h5',
} as const;

export type IconName = keyof typeof paths;

/** Beside words, never instead of them: hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The token broken in two. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M10.5 3.100a9 9 0 0 0 0 17.800l1.8-3.7-2.6-3 3-3.4-2.5-3.100z" />
      <path d="M13.7 3.100a9 9 0 0 1 0 17.800l-.2-.1 1.8-3.8-2.6-3 3-3.4-2.4-3.2 1-4.200z" />
    </svg>
  );
}
