// As much of it as is used here: it comes without types of its own.
declare module 'react-dom/client' {
  export function createRoot(container: Element): { render(node: import('react').ReactNode): void };
}
declare module 'react-dom/server' {
  export function renderToString(node: import('react').ReactNode): string;
}
