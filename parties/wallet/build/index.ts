export { type BuildPageOptions, buildPage } from './buildPage.ts';
export { BuildError } from './errors.ts';
export { type FirstLoad, firstLoad } from './firstLoad.ts';
export type { PageInput } from './input.ts';
export { type Release, readRelease } from './release.ts';
