// A service worker that no organisation has allowed.
self.addEventListener('install', () => undefined);
