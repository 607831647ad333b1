export { type CodeRequest, type EmailSignIn, signInByEmail } from './emailCode.ts';
export { ephemeralDeviceKey, fileDeviceKey } from './fileDeviceKey.ts';
export { fileLock } from './fileLock.ts';
export { FileStorage } from './fileStorage.ts';
export { keepAliveTransport } from './keepAliveTransport.ts';
export { nativeCrypto } from './nativeCrypto.ts';
