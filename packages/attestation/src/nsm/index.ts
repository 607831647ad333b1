export { requestDocument } from './client.ts';
export { frame, readFrame } from './frame.ts';
export {
  encodeAnswer,
  MAX_REQUEST_BYTES,
  NsmError,
  type NsmErrorCode,
  type NsmRequest,
  parseRequest,
} from './messages.ts';
