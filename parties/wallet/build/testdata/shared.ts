/** Shows that a surface runs. */
export const show = (text: string): void => {
  document.getElementById('root')?.append(text);
};
