/**
 * Actions that are there before the engine is loaded: what the person does until then does nothing, since until then there is
 * nothing on the screen to do. They stay synchronous, as a window that is opened in a click has to be.
 */
export function late<A extends object>(names: readonly (keyof A & string)[], engine: () => A | null): A {
  const forward =
    (name: keyof A) =>
    (...given: unknown[]) => {
      const action: unknown = engine()?.[name];
      if (typeof action === 'function') action.apply(engine(), given);
    };
  return Object.fromEntries(names.map((name) => [name, forward(name)])) as A;
}

const entry = ['signIn', 'retry', 'requestCode', 'giveCode', 'lookAgain', 'signOut'] as const;
export const approveActions = [...entry, 'approve', 'reject', 'openWindow', 'proceed', 'close'] as const;
export const accountActions = [
  ...entry,
  'refresh',
  'disconnect',
  'revokeDevice',
  'readDevice',
  'approveDevice',
  'dismissDevice',
  'dismissNotices',
  'change',
] as const;
