/** Two files, so that a surface loads its own screens only. */
export { mountAccount } from './mountAccount.tsx';
export { mountApprove } from './mountApprove.tsx';
